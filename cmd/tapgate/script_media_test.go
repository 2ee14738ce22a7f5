package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// swap writes a copy of a JSON file with other texts at some paths: the help page's files name pictures
// that are elsewhere in the world.
func (s *session) swap(ts *testscript.TestScript, args []string) {
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &doc))
	for _, p := range pairs(ts, args[2:]) {
		doc = put(doc, p[0], p[1])
	}
	b, err := json.Marshal(doc)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// put returns doc with a text at path.
func put(doc any, path, value string) any {
	if path == "" {
		return value
	}
	step, rest, _ := strings.Cut(path, ".")
	switch d := doc.(type) {
	case map[string]any:
		d = maps.Clone(d)
		d[step] = put(d[step], rest, value)
		return d
	case []any:
		d = slices.Clone(d)
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(d) {
			d[i] = put(d[i], rest, value)
		}
		return d
	}
	return put(map[string]any{}, path, value)
}

// fetch saves what a URL answers.
func (s *session) fetch(ts *testscript.TestScript, args []string) {
	req, err := http.NewRequest(http.MethodGet, args[1], nil)
	ts.Check(err)
	if token := ts.Getenv("TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Timeout: patience}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s: status %d, want %s: %.200s", args[1], resp.StatusCode, args[0], b)
	}
	if len(args) > 2 {
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
	}
}

// encode sets a variable to a file in base64.
func (s *session) encode(ts *testscript.TestScript, args []string) {
	ts.Setenv(args[1], base64.StdEncoding.EncodeToString([]byte(ts.ReadFile(args[0]))))
}

// form sends a multipart form; NAME=@FILE is a part with a file.
func (s *session) form(ts *testscript.TestScript, args []string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		if file, ok := strings.CutPrefix(value, "@"); ok {
			part, err := w.CreateFormFile(name, filepath.Base(file))
			ts.Check(err)
			_, err = part.Write([]byte(ts.ReadFile(file)))
			ts.Check(err)
			continue
		}
		ts.Check(w.WriteField(name, value))
	}
	ts.Check(w.Close())
	s.expectAs(ts, args[0], "POST", args[1], w.FormDataContentType(), b.Bytes())
}

// plain sends a body that says it is plain text.
func (s *session) plain(ts *testscript.TestScript, args []string) {
	s.expectAs(ts, args[0], "POST", args[1], "text/plain", []byte(args[2]))
}

// odd puts files into a directory that are not to be sent: a picture of 17 MiB, and one that breaks off.
func odd(dir string) error {
	large := make([]byte, 17<<20+2)
	copy(large, "\xff\xd8\xff")
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "large.jpg"), large, 0o600),
		os.WriteFile(filepath.Join(dir, "broken.png"), []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), 0o600),
	)
}
