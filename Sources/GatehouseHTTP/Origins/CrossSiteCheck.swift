import HTTPTypes

extension AllowedOrigins {
    /// Refuses a state-changing request that relies on a cookie and may have been forged by another site.
    ///
    /// With `Sec-Fetch-Site`: `same-origin` and `none` pass, anything else passes only from a listed origin. Without it,
    /// an `Origin` must be our own (by the public URL, never by `Host`) or listed. With neither header the caller is no
    /// browser, and nobody's cookies are at stake.
    func refuseCrossSite(_ headers: HTTPFields) throws(RequestFault) {
        let site = headers[values: .secFetchSite]
        let origin = headers[values: .origin]
        guard site.count <= 1, origin.count <= 1 else { throw .crossSiteRequest }
        let isAccepted =
            switch (site.first, origin.first) {
            case ("same-origin", _), ("none", _), (nil, nil): true
            case (nil, let origin?): isOwn(origin) || lists(origin)
            case (_, let origin?): lists(origin)
            case (_, nil): false
            }
        guard isAccepted else { throw .crossSiteRequest }
    }
}
