# authlint alone on an empty base: one static file, no shell, no libraries, no user of its own.
#
#   docker build -t authlint .
#   docker run --rm -v "$PWD:/work:ro" authlint

FROM rust:1.95-alpine3.22 AS build
# The headers of the C library, for the grammars. Their version is that of the base image.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM scratch
COPY --from=build /src/target/release/authlint /authlint
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/authlint"]
CMD ["."]
