# The image of the daemon: docker build --tag martlet .
# Both stages must be of the same Debian: the program is linked with its libraries.
ARG BUILD_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        libcurl4-openssl-dev libgit2-dev libre2-dev libsqlite3-dev libssh2-1-dev libyaml-dev zlib1g-dev pkg-config git ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# Swift's own libraries go into the program: the other stage has none.
RUN swift build --configuration release --product martlet --static-swift-stdlib \
    && install -D --strip .build/release/martlet /image/usr/bin/martlet \
    && mkdir -p /image/usr/share/martlet \
    && cp -r Examples /image/usr/share/martlet/examples

FROM ${RUNTIME_IMAGE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates libcurl4 libgit2-1.5 libjs-dygraphs libre2-9 libsqlite3-0 libssh2-1 libstdc++6 libyaml-0-2 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 65532 -g 65532 /var/lib/martlet
COPY --from=build /image/ /
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENV HOME=/var/lib/martlet
EXPOSE 8080
ENTRYPOINT ["/usr/bin/martlet"]
CMD ["--help"]
