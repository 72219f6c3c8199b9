FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libargon2-dev libcrypt-dev libcurl4-openssl-dev libpq-dev libsodium-dev libzxcvbn-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Dependencies first: a change of the sources doesn't fetch them anew.
COPY Package.swift ./
RUN swift package resolve
COPY scripts/build-release scripts/build-release
COPY Sources Sources
COPY sql sql
COPY Tests Tests
COPY Benchmarks/constant-route Benchmarks/constant-route
RUN scripts/build-release \
    && install -D "$(swift build -c release --show-bin-path)/gatehouse" /out/gatehouse

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates libargon2-1 libcrypt1 libcurl4 libpq5 libsodium23 libstdc++6 libzxcvbn0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin gatehouse
COPY docker/healthcheck.sh docker/make-master-key.sh /usr/local/lib/gatehouse/
COPY --from=build /out/gatehouse /usr/local/bin/gatehouse
# Within the container alone: which of these ports the outside reaches is for whoever runs it. 9090 is not for the public.
ENV GATEHOUSE_LISTEN=0.0.0.0:8080 GATEHOUSE_OPS_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["bash", "/usr/local/lib/gatehouse/healthcheck.sh"]
USER gatehouse
# It ends without losing a request; docker stop waits for ten seconds unless told otherwise.
STOPSIGNAL SIGTERM
ENTRYPOINT ["gatehouse"]
CMD ["serve"]
