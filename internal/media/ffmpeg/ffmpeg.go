// Package ffmpeg is a media.Encoder that runs the programs ffmpeg and ffprobe.
//
// They parse files that strangers made, so they get as little as possible: a copy of the file in a
// directory of its own, never a URL; the demuxer that our own look at the bytes chose, so that no
// playlist can name other files; the protocols file and pipe only; no standard input; an empty
// environment; limits of time, memory and output; and a process group that ends with its time.
package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tapgate/internal/media"
)

// Encoder runs ffmpeg. It may be used by many goroutines.
type Encoder struct{ encode, probe string }

var _ media.Encoder = (*Encoder)(nil)

// New finds the programs in PATH. The error says which is missing.
func New() (*Encoder, error) {
	encode, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, err
	}
	probe, err := exec.LookPath("ffprobe")
	if err != nil {
		return nil, err
	}
	return &Encoder{encode, probe}, nil
}

// errTooLong says that the file plays longer than what is converted.
var errTooLong = fmt.Errorf("plays longer than %d seconds", media.MaxSeconds)

// Encode implements media.Encoder.
func (e *Encoder) Encode(ctx context.Context, in io.Reader, demuxer string, to media.Target) (_ io.ReadCloser, err error) {
	j, err := newJob(in)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.Close())
		}
	}()
	if to.Form != media.ToImage {
		// Cut short, it would be another file than the one that was sent.
		seconds, err := e.seconds(ctx, j, demuxer)
		if err != nil {
			return nil, err
		}
		if seconds > media.MaxSeconds {
			return nil, errTooLong
		}
	}
	args := append([]string{"-y", "-nostdin", "-loglevel", "error", "-threads", "2"}, input(demuxer)...)
	args = append(args, "-map_metadata", "-1", "-sn", "-dn", "-t", strconv.Itoa(media.MaxSeconds+1))
	args = append(args, output(to.Form)...)
	args = append(args, "-fs", strconv.FormatInt(to.MaxBytes+1, 10), "file:"+outName)
	if _, err := run(ctx, j.dir, to.MaxBytes, e.encode, args); err != nil {
		return nil, err
	}
	if j.File, err = j.root.Open(outName); err != nil {
		return nil, err
	}
	return j, nil
}

// Seconds implements media.Encoder.
func (e *Encoder) Seconds(ctx context.Context, in io.Reader, demuxer string) (int, error) {
	j, err := newJob(in)
	if err != nil {
		return 0, err
	}
	n, err := e.seconds(ctx, j, demuxer)
	return n, errors.Join(err, j.Close())
}

func (e *Encoder) seconds(ctx context.Context, j *job, demuxer string) (int, error) {
	args := append([]string{"-loglevel", "error", "-show_entries", "format=duration", "-of", "csv=p=0"}, input(demuxer)...)
	out, err := run(ctx, j.dir, 0, e.probe, args)
	if err != nil {
		return 0, err
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
	if err != nil || !(seconds > 0) || seconds > math.MaxInt32 {
		return 0, nil // it does not say
	}
	return int(math.Ceil(seconds)), nil
}

// input names the file, and how it is to be read.
func input(demuxer string) []string {
	return []string{"-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", "file:" + inName}
}

// output says what to make.
func output(form media.TargetForm) []string {
	switch form {
	case media.ToStream:
		return []string{
			"-map", "0:V:0", "-map", "0:a:0?", "-c", "copy", "-movflags", "+faststart", "-f", "mp4",
		}
	case media.ToAudio:
		return []string{"-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-f", "mp4", "-brand", "M4A "}
	case media.ToVoice:
		return []string{"-map", "0:a:0", "-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-f", "ogg"}
	case media.ToImage:
		return []string{"-map", "0:v:0", "-frames:v", "1", "-q:v", "3", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-f", "image2"}
	}
	return []string{
		"-map", "0:V:0", "-map", "0:a:0?",
		// Even sides, as 4:2:0 needs them, and no larger than the apps themselves send.
		"-vf", "scale=w='min(1280,iw)':h='min(1280,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p",
		"-c:v", "libx264", "-profile:v", "high", "-preset", "veryfast", "-crf", "25", "-fpsmax", "30",
		"-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "44100",
		"-movflags", "+faststart", "-f", "mp4",
	}
}

// The names of the files inside a job's directory.
const (
	inName  = "in"
	outName = "out"
)

// job is a directory of its own with a copy of the file. It is the result's reader, too.
type job struct {
	*os.File // the result; nil while there is none
	dir      string
	root     *os.Root
}

func newJob(in io.Reader) (*job, error) {
	dir, err := os.MkdirTemp("", "tapgate-encode-")
	if err != nil {
		return nil, err
	}
	j := &job{dir: dir}
	if j.root, err = os.OpenRoot(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	f, err := j.root.OpenFile(inName, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = io.Copy(f, in)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// Close removes the directory.
func (j *job) Close() error {
	var err error
	if j.File != nil {
		err = j.File.Close()
	}
	return errors.Join(err, j.root.Close(), os.RemoveAll(j.dir))
}

// stopWait is how long a program that was told to end may still hold its output open.
const stopWait = 5 * time.Second

// maxComplaint is how much of what a program says about a failure is kept, in bytes.
const maxComplaint = 2048

// run runs a program in a directory, under limits, and returns what it printed.
func run(ctx context.Context, dir string, maxBytes int64, program string, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Dir(program), "HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C"}
	cmd.WaitDelay = stopWait
	var out, complaint bounded
	cmd.Stdout, cmd.Stderr = &out, &complaint
	isolate(cmd)
	if err := cmd.Start(); err != nil {
		return "", err
	}
	limitErr := limit(cmd.Process.Pid, maxBytes)
	if err := cmd.Wait(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(program), err, strings.TrimSpace(complaint.String()))
	}
	return out.String(), limitErr
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, maxComplaint-b.Len()))])
	return len(p), nil
}
