FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /lapsed ./cmd/lapsed && mkdir -p /empty/data /empty/keys

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /lapsed /lapsed
COPY --from=build --chown=65532:65532 /empty/data /data
COPY --from=build --chown=65532:65532 /empty/keys /keys
USER 65532:65532
VOLUME ["/data", "/keys"]
ENTRYPOINT ["/lapsed"]
