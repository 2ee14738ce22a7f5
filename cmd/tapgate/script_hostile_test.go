package main_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// mebi is the unit of the sizes of hostile bodies.
const mebi = 1 << 20

// hostile sends a body that nobody should send, without ever holding it, and expects an answer.
//
//	declared   120 MiB of JSON, its length told
//	chunked    120 MiB of JSON, its length not told
//	form       a form with a file of 120 MiB
//	raw        a file of 120 MiB
//	base64     90 MiB of base64 in JSON, broken at its end
//	deep       100,000 arrays in each other
//	deeper     90 MiB of arrays in each other
//	fields     90 MiB of fields
//	items      90 MiB of cards
//
// With a number behind it, so many are sent at the same time.
func (s *session) hostile(ts *testscript.TestScript, args []string) {
	times := 1
	if len(args) > 3 {
		var err error
		times, err = strconv.Atoi(args[3])
		ts.Check(err)
	}
	token := ts.Getenv("TOKEN")
	wrong := make(chan error, times)
	for range times {
		go func() { wrong <- sendHostile(args, token) }()
	}
	for range times {
		ts.Check(<-wrong)
	}
}

func sendHostile(args []string, token string) error {
	body, length, mediaType := hostileBody(args[2])
	req, err := http.NewRequest(http.MethodPost, args[1], body)
	if err != nil {
		return err
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("Authorization", "Bearer "+token)
	client := http.Client{Timeout: patience}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", args[2], err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, mebi))
	if err != nil {
		return err
	}
	if strconv.Itoa(resp.StatusCode) != args[0] || !bytes.Contains(answer, []byte(`{"error":{`)) {
		return fmt.Errorf("%s: status %d, want %s: %.300s", args[2], resp.StatusCode, args[0], answer)
	}
	return nil
}

// hostileBody returns a body with its length, -1 when that is not told.
func hostileBody(kind string) (body io.Reader, length int64, mediaType string) {
	const head = `{"to":"61371989950","body":{"text":"b"},"action":{"buttons":[{"type":"quick_reply","title":"t","id":"i"}]},`
	around := func(before, unit, after string, size int64) (io.Reader, int64) {
		n := int64(len(before) + len(after))
		n += size / int64(len(unit)) * int64(len(unit))
		return io.MultiReader(strings.NewReader(before), &repeated{unit: unit, left: size / int64(len(unit)) * int64(len(unit))}, strings.NewReader(after)), n
	}
	mediaType = "application/json"
	switch kind {
	case "declared":
		body, length = around(head+`"media":"`, "AAAA", `"}`, 120*mebi)
	case "chunked":
		body, _ = around(head+`"media":"`, "AAAA", `"}`, 120*mebi)
		length = -1
	case "form":
		mediaType = "multipart/form-data; boundary=b"
		body, length = around("--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n61371989950\r\n"+
			"--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"x\"\r\n\r\n", "\x00", "\r\n--b--\r\n", 120*mebi)
	case "raw":
		mediaType = "video/mp4"
		body, length = around("", "\x00", "", 120*mebi)
	case "base64":
		body, length = around(head+`"media":"`, "AAAA", `*"}`, 90*mebi)
	case "deep":
		body, length = around(head+`"x":`, "[", "", 100_000)
	case "deeper":
		body, length = around(head+`"x":`, "[", "", 90*mebi)
	case "fields":
		body, length = around(head, `"x":0,`, `"y":0}`, 90*mebi)
	case "items":
		body, length = around(`{"to":"61371989950","cards":[`, "0,", "0]}", 90*mebi)
	}
	return body, length, mediaType
}

// repeated reads as the same text again and again.
type repeated struct {
	unit string
	left int64
	at   int
}

// Read implements io.Reader.
func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) && r.left > 0 {
		m := copy(p[n:], r.unit[r.at:])
		m = int(min(int64(m), r.left))
		n, r.left, r.at = n+m, r.left-int64(m), (r.at+m)%len(r.unit)
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peak checks that a process never took more memory than so many MiB.
func (s *session) peak(ts *testscript.TestScript, args []string) {
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.running[args[0]].cmd.Process.Pid))
	if err != nil {
		ts.Logf("this system does not tell how much memory a process took: %v", err)
		return
	}
	m := peakLine.FindSubmatch(status)
	if m == nil {
		ts.Fatalf("no peak in %s", status)
	}
	kilo, err := strconv.Atoi(string(m[1]))
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "peak %d MiB\n", kilo/1024)
	if kilo/1024 > most {
		ts.Fatalf("%s took %d MiB, more than %d", args[0], kilo/1024, most)
	}
}
