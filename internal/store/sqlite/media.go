package sqlite

import (
	"context"
	"database/sql"
	"math"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/store"
)

// AddFile implements store.Media.
func (s *Store) AddFile(ctx context.Context, f store.File) error {
	row, err := store.EncodeFile(f.Media)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`insert into media (channel, id, sha256, at, row) values (?, ?, ?, ?, ?)`,
			string(f.Channel), f.Media.ID, f.Media.SHA256[:], micros(f.At), string(row))
		return explain(err, "media", "channel")
	})
}

// File implements store.Media.
func (s *Store) File(ctx context.Context, ch id.Channel, m id.Media) (f store.File, err error) {
	err = s.read(ctx, func(t *tx) error {
		var at int64
		var row []byte
		err := t.one(into(&at, &row), `select at, row from media where channel = ? and id = ?`, string(ch), string(m))
		if err != nil {
			return found(err, "media")
		}
		f, err = fileOf(ch, at, row)
		return err
	})
	return f, err
}

func fileOf(ch id.Channel, at int64, row []byte) (store.File, error) {
	m, err := store.DecodeFile(row)
	return store.File{Channel: ch, Media: m, At: instant(at)}, err
}

const whereFiles = ` from media where channel = ? and at >= ? and at <= ? `

// Files implements store.Media.
func (s *Store) Files(ctx context.Context, ch id.Channel, q store.FileQuery) (list []store.File, total int, err error) {
	from, to := micros(q.From), int64(math.MaxInt64)
	if !q.To.IsZero() {
		to = micros(q.To)
	}
	order := `order by at desc, num desc limit ? offset ?`
	if q.OldestFirst {
		order = `order by at, num limit ? offset ?`
	}
	err = s.read(ctx, func(t *tx) error {
		if err := t.one(into(&total), `select count(*)`+whereFiles, string(ch), from, to); err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var at int64
			var row []byte
			if err := rows.Scan(&at, &row); err != nil {
				return err
			}
			f, err := fileOf(ch, at, row)
			list = append(list, f)
			return err
		}, `select at, row`+whereFiles+order, string(ch), from, to, q.Count, q.Offset)
	})
	return list, total, err
}

// DeleteFile implements store.Media.
func (s *Store) DeleteFile(ctx context.Context, ch id.Channel, m id.Media) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.exec(`delete from media where channel = ? and id = ?`, string(ch), string(m))
		return changed(n, err, "media")
	})
}

// SweepFiles implements store.Media.
func (s *Store) SweepFiles(ctx context.Context, before time.Time, limit int) (digests [][32]byte, err error) {
	err = s.write(ctx, func(t *tx) error {
		digests = nil
		var old []int64
		err := t.each(func(rows *sql.Rows) error {
			var num int64
			var sum []byte
			if err := rows.Scan(&num, &sum); err != nil {
				return err
			}
			var digest [32]byte
			copy(digest[:], sum)
			old, digests = append(old, num), append(digests, digest)
			return nil
		}, `select num, sha256 from media where at < ? order by at, num limit ?`, micros(before), limit)
		if err != nil {
			return err
		}
		for _, num := range old {
			if _, err := t.exec(`delete from media where num = ?`, num); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return digests, nil
}

// FileCount implements store.Media.
func (s *Store) FileCount(ctx context.Context, digest [32]byte) (n int, err error) {
	err = s.read(ctx, func(t *tx) error {
		return t.one(into(&n), `select count(*) from media where sha256 = ?`, digest[:])
	})
	return n, err
}
