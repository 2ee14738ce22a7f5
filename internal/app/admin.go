package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/store/sqlite"
)

// ResetAdminToken makes a new admin token in the data directory of a tapgate that does not run, and
// revokes all others. wanted is the token to use; "" makes one.
func ResetAdminToken(ctx context.Context, data, wanted string, o Options) (token string, err error) {
	o = o.withDefaults()
	path := filepath.Join(data, "gateway.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no gateway.db in %s: --data names the directory that tapgate serve uses", data)
	}
	dir := &dataDir{path: data, log: o.Log}
	if err := dir.open(ctx); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, dir.close(ctx)) }()
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path, Log: o.Log})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	before, err := s.Tokens(ctx, "")
	if err != nil {
		return "", err
	}
	if token = wanted; token == "" {
		token = id.NewToken()
	}
	for _, t := range before {
		if err := s.RemoveToken(ctx, "", t.ID); err != nil {
			return "", err
		}
	}
	made := channel.Token{ID: id.NewTokenID(), Name: "reset", CreatedAt: time.Now().UTC()}
	if err := s.AddToken(ctx, made, sha256.Sum256([]byte(token))); err != nil {
		return "", err
	}
	return token, recordDone(ctx, s, "token.reset", "", made.ID)
}
