package sqlitedb

import (
	"database/sql/driver"
	"errors"
	"io"
	"slices"
)

// typedRows is what the rows of the driver can do.
type typedRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// rows tells of its end.
type rows struct {
	typedRows
	closed func(error)
}

// Close implements driver.Rows. Only the first call counts.
func (r *rows) Close() error {
	if r.closed == nil {
		return nil
	}
	err := r.typedRows.Close()
	r.closed(err)
	r.closed = nil
	return err
}

// gathered are rows that were read to their end: what a write returns outlives its turn.
type gathered struct {
	columns []string
	list    [][]driver.Value
}

// gather reads rows to their end and closes them.
func gather(r driver.Rows) (_ *gathered, err error) {
	defer func() {
		if errClose := r.Close(); err == nil {
			err = errClose
		}
	}()
	g := &gathered{columns: slices.Clone(r.Columns())}
	for {
		row := make([]driver.Value, len(g.columns))
		err := r.Next(row)
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if err != nil {
			return nil, err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				row[i] = slices.Clone(b)
			}
		}
		g.list = append(g.list, row)
	}
}

// Columns implements driver.Rows.
func (g *gathered) Columns() []string { return g.columns }

// Next implements driver.Rows.
func (g *gathered) Next(dest []driver.Value) error {
	if len(g.list) == 0 {
		return io.EOF
	}
	copy(dest, g.list[0])
	g.list = g.list[1:]
	return nil
}

// Close implements driver.Rows.
func (g *gathered) Close() error { return nil }
