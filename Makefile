# make help lists everything a person does here.
GO ?= go
LINT = $(GO) tool -modfile=tools.mod golangci-lint

.PHONY: help build test race bench lint vet demo enforce cover fuzz image clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

build: ## the static binary, bin/lapsed
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/lapsed ./cmd/lapsed

test: vet ## vet, and all tests without cgo
	CGO_ENABLED=0 $(GO) test ./...

race: ## all tests with the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race ./...

vet:
	$(GO) vet ./...

lint: ## golangci-lint with the import rules (built from source on first use)
	$(LINT) run ./...

bench: ## benchmarks of the pure core, with allocations
	$(GO) test -run '^$$' -bench . -benchmem ./policy ./internal/person ./internal/audit/...
	$(GO) test -run '^$$' -bench QuietCycle -benchtime 10x ./internal/app

fuzz: ## ten minutes on each parser
	$(GO) test -run '^$$' -fuzz FuzzCompile -fuzztime 10m ./policy
	$(GO) test -run '^$$' -fuzz FuzzParse -fuzztime 10m ./internal/audit/entry

demo: ## simulated accounts, one cycle that observes
	$(GO) run ./cmd/lapsed demo

enforce: ## the same, carried out to the end on a clock that moves
	$(GO) run ./cmd/lapsed demo --enforce --approve

cover: ## coverage by package
	CGO_ENABLED=0 $(GO) test -coverprofile=coverage.out ./... && $(GO) tool cover -func=coverage.out | tail -1

image: ## container image
	docker build -t lapsed .

clean:
	rm -rf bin coverage.out
