# Everything here is a shorthand; README.md and .ci/run use plain go commands.
.DEFAULT_GOAL := help
.PHONY: help check test race crash trouble bench fuzz vet fmt sandbox pictures ci

help: ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: fmt vet test ## what to run before a commit

fmt: ## fail when a file is not formatted
	@out=$$(go tool goimports -l -local tapgate cmd internal test 2>/dev/null); test -z "$$out" || { echo "not formatted:"; echo "$$out"; exit 1; }

vet: ## go vet and staticcheck
	go vet ./...
	go tool staticcheck ./...

test: ## all tests
	go test ./...

race: ## all tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race ./...

KILLS ?= 300
SEED ?= 1
crash: ## kill the gateway KILLS times (default 300) with SEED, and audit that nothing was lost
	go test ./test/crash -kills $(KILLS) -seed $(SEED) -timeout 2h -v

trouble: ## 500 channels, 100 of them cut, replaced, banned and unlinked as SEED says, while the others serve
	go test ./test/trouble -channels 500 -ill 100 -pace 4s -rounds 8 -patient -seed $(SEED) -timeout 1h -v

bench: ## bare whatsmeow beside the gateway, same network, same run
	go run ./cmd/tapgate bench

fuzz: ## each fuzz target for 20 seconds
	./.ci/fuzz 20s

sandbox: ## the main job: gateway, emulated network and phone in one process
	go run ./cmd/tapgate sandbox

pictures: ## make the pictures of the README from the running program (needs Chromium)
	go run ./test/pictures docs

ci: ## the whole gate, as on a fresh machine
	bash .ci/run
