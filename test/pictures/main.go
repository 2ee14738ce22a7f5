// Command pictures makes the pictures of the README from the running program: it builds tapgate, starts the sandbox,
// sends what a program would send, and keeps what the browser phone and the console show. Run it from the top of the
// repository. They look best where the fonts Roboto and Noto Color Emoji are installed.
//
//	go run ./test/pictures docs
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	customer = "61371989950"
	patience = time.Minute
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./test/pictures DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience)
	defer cancel()
	s, err := start(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	browser, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-background-networking", true))...)
	defer cancel()
	tab, cancel := chromedp.NewContext(browser)
	defer cancel()
	if err := chromedp.Do(tab, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as the first context
		return err
	}
	for _, scene := range scenes() {
		png, err := s.shoot(tab, scene)
		if err != nil {
			return fmt.Errorf("%s: %w", scene.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, scene.name+".png"), png, 0o644); err != nil {
			return err
		}
		fmt.Println(filepath.Join(dir, scene.name+".png"), len(png), "bytes")
	}
	return nil
}

// sandbox is a running tapgate sandbox.
type sandbox struct {
	cmd     *exec.Cmd
	dir     string
	API     string `json:"api"`
	Token   string `json:"token"`
	Channel string `json:"channel_id"`
}

func start(ctx context.Context) (*sandbox, error) {
	dir, err := os.MkdirTemp("", "tapgate-pictures")
	if err != nil {
		return nil, err
	}
	s := &sandbox{dir: dir}
	binary := filepath.Join(dir, "tapgate")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/tapgate")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.cmd = exec.CommandContext(ctx, binary, "sandbox", "--json", "--listen", "127.0.0.1:0", "--token", "a-token-for-pictures")
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *sandbox) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.dir)
}

// post makes a request that has to be answered with 200, and returns the id of what was sent.
func (s *sandbox) post(ctx context.Context, path string, body any) (string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.API+path, bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var got struct {
		ID      string
		Message struct{ ID string }
		Error   json.RawMessage
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return "", fmt.Errorf("%s answered %s: %w", path, answer.Status, err)
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answered %s: %s", path, answer.Status, got.Error)
	}
	return got.ID + got.Message.ID, nil
}

// shoot opens the page, plays the scene, and returns its picture.
func (s *sandbox) shoot(tab context.Context, c scene) ([]byte, error) {
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx,
		chromedp.EmulateViewport(c.width, c.height, chromedp.EmulateScale(c.scale)), chromedp.Navigate(s.API+c.page),
	); err != nil {
		return nil, err
	}
	if err := until(ctx, `document.querySelector('#live').dataset.state === 'on'`); err != nil {
		return nil, err
	}
	if err := c.play(ctx, s); err != nil {
		return nil, err
	}
	// Pictures are loaded, and what moves has come to rest.
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`Promise.allSettled([...document.images].map((i) => i.decode())
		.concat(document.getAnimations().filter((a) => a.effect.getTiming().iterations < 9).map((a) => a.finished))).then(() => '')`, chromedp.EvalAwaitPromise)); err != nil {
		return nil, err
	}
	if c.of == "" {
		return chromedp.Run(ctx, chromedp.CaptureScreenshot())
	}
	return chromedp.Run(ctx, chromedp.Screenshot(chromedp.CSS(c.of)))
}

func until(ctx context.Context, expression string) error {
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
	if err != nil {
		return fmt.Errorf("%s: %w", expression, err)
	}
	return nil
}
