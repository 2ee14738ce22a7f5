// Package internal_test holds the rules that every package of the tree has to keep.
package internal_test

import (
	"bufio"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tapgate/internal/"

// mayImport is the import policy: for each package the packages of this module (bare names) and
// the modules of others (names with a dot) that it may import. The standard library is always
// allowed, and test files are exempt. It is a statement of design: change it together with
// docs/architecture.md, never to mend a build.
var mayImport = map[string]string{
	// words
	"id":      "",
	"fault":   "",
	"message": "id fault",
	"channel": "id",
	"event":   "id message channel",

	// translation
	"wire":  "id fault message go.mau.fi/whatsmeow/proto go.mau.fi/whatsmeow/binary go.mau.fi/whatsmeow/types google.golang.org/protobuf",
	"whapi": "id fault message channel event rsc.io/qr", // the dialect tells a login code as a picture
	// checks the traffic of tests against the document
	"whapi/whapitest": "whapi github.com/pb33f/libopenapi github.com/pb33f/libopenapi-validator",

	// opens pages in a browser, for tests
	"browsertest": "github.com/chromedp",

	// contracts
	"backend":             "id fault message channel event",
	"backend/backendtest": "id fault message channel event backend github.com/google/go-cmp",
	"backend/meow":        "id fault message channel event backend wire sqlitedb go.mau.fi/whatsmeow go.mau.fi/libsignal google.golang.org/protobuf",
	"store":               "id fault message channel event",
	"store/storetest":     "id fault message channel event store github.com/google/go-cmp",
	"store/sqlite":        "id fault message channel event store modernc.org/sqlite github.com/pressly/goose",

	// machinery
	"lifecycle": "",
	"obs":       "github.com/prometheus/client_golang",
	"netguard":  "code.dny.dev/ssrf",
	"pageguard": "",
	"sqlitedb":  "modernc.org/sqlite",
	"backup":    "modernc.org/sqlite",

	// behaviour
	"gateway":      "id fault message channel event backend store lifecycle obs",
	"media/ffmpeg": "media golang.org/x/sys",
	"media":        "id fault message store netguard golang.org/x/image",
	"webhook":      "id fault channel event store lifecycle obs netguard",
	"api":          "id fault message channel event gateway webhook media store whapi obs api/docs github.com/go-chi/chi golang.org/x/time/rate",
	// shows the document to people
	"api/docs": "whapi pageguard go.yaml.in/yaml",

	// previews read the wire as the sandbox's phones do, and are drawn by their page's modules
	"console": "id fault message wire whapi pageguard sandbox/phone sandbox/web go.mau.fi/whatsmeow/binary",

	// the sandbox knows nothing of the gateway but the form of its ids
	"sandbox/noise": "go.mau.fi/whatsmeow/binary go.mau.fi/whatsmeow/proto go.mau.fi/whatsmeow/util go.mau.fi/libsignal google.golang.org/protobuf golang.org/x/crypto",
	"sandbox":       "sandbox/noise go.mau.fi/whatsmeow/binary go.mau.fi/whatsmeow/proto go.mau.fi/whatsmeow/types go.mau.fi/whatsmeow/util go.mau.fi/libsignal google.golang.org/protobuf golang.org/x/crypto github.com/coder/websocket modernc.org/sqlite",
	"sandbox/phone": "id sandbox sqlitedb go.mau.fi/whatsmeow go.mau.fi/libsignal google.golang.org/protobuf modernc.org/sqlite",
	"sandbox/web":   "pageguard sandbox sandbox/phone go.mau.fi/whatsmeow/types",

	// measures the program from outside, as processes
	"bench": "id backend/meow sandbox go.mau.fi/whatsmeow google.golang.org/protobuf modernc.org/sqlite",
	// assembly
	"config": "obs go.yaml.in/yaml",
	"app":    "id fault message channel event backend backend/meow store store/sqlite gateway media media/ffmpeg webhook api whapi lifecycle obs netguard backup config console sandbox sandbox/phone sandbox/web golang.org/x/sys github.com/prometheus/client_golang",
	"cli":    "fault config app bench obs go.yaml.in/yaml github.com/alecthomas/kong github.com/mdp/qrterminal",
}

func TestImportPolicy(t *testing.T) {
	seen := map[string]bool{}
	eachGoFile(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		rule, ok := mayImport[pkg]
		if !ok {
			t.Errorf("%s: package %s has no line in mayImport", path, pkg)
			return
		}
		seen[pkg] = true
		for _, imp := range imports(t, path) {
			own, isOwn := strings.CutPrefix(imp, module)
			if host, _, _ := strings.Cut(imp, "/"); !isOwn && !strings.Contains(host, ".") {
				continue // standard library
			}
			if !slices.ContainsFunc(strings.Fields(rule), func(allowed string) bool {
				if isOwn {
					return allowed == own
				}
				return imp == allowed || strings.HasPrefix(imp, allowed+"/")
			}) {
				t.Errorf("%s: %s may not import %s", path, pkg, imp)
			}
		}
	})
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("mayImport names %s, which does not exist", pkg)
		}
	}
}

// maxLines is where a file holds more than one concept.
const maxLines = 800

func TestFileSize(t *testing.T) {
	eachGoFile(t, func(path string) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := 0
		for s := bufio.NewScanner(f); s.Scan(); {
			lines++
		}
		if lines > maxLines {
			t.Errorf("%s has %d lines, more than %d: split it by concept", path, lines, maxLines)
		}
	})
}

// TestNames refuses packages whose names say nothing.
func TestNames(t *testing.T) {
	for _, name := range []string{"util", "utils", "common", "helpers", "models", "types", "base", "core", "manager"} {
		eachGoFile(t, func(path string) {
			if filepath.Base(filepath.Dir(path)) == name {
				t.Errorf("%s: no package is called %s", path, name)
			}
		})
	}
}

// TestNoSleepInTests: a test waits for a fact, never for time.
func TestNoSleepInTests(t *testing.T) {
	eachGoFile(t, func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") && strings.Contains(string(b), "time."+"Sleep(") {
			t.Errorf("%s sleeps: wait for a fact instead", path)
		}
	})
}

func eachGoFile(t *testing.T, do func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") && filepath.Dir(path) != "." {
			do(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func imports(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, imp)
	}
	return list
}
