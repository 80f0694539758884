# A static binary, and nothing else: no shell, no package manager, no root.
FROM golang:1.26 AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -X main.version=${VERSION}" -o /lapsed ./cmd/lapsed \
 && mkdir -p /empty/data /empty/keys /empty/tmp && chmod 1777 /empty/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /lapsed /lapsed
# State and published log; keys, which are backed up apart from them; what a long
# read or a large sort spills, without names or addresses. All else is read-only.
COPY --from=build --chown=65532:65532 /empty/data /data
COPY --from=build --chown=65532:65532 /empty/keys /keys
COPY --from=build /empty/tmp /tmp
USER 65532:65532
VOLUME ["/data", "/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --retries=3 CMD ["/lapsed", "health", "--config", "/etc/lapsed/lapsed.yaml"]
ENTRYPOINT ["/lapsed"]
CMD ["run", "--config", "/etc/lapsed/lapsed.yaml"]
