#!/bin/sh
# Makes the master key in the volume /keys, once: who loses this file loses every signing key. Run as root.
set -eu
umask 077
if [ ! -s /keys/master ]; then
    gatehouse admin master-key generate >/keys/master.new
    mv /keys/master.new /keys/master
fi
chown -R gatehouse:gatehouse /keys
