package store

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// rowVersion is the version of the row formats in this package. A field that an older program may
// ignore needs no new version; anything else does, and a case in decodeRow.
const rowVersion = 1

// versioned is embedded in each row that stands by itself in a column.
type versioned struct {
	Version int `json:"v"`
}

func (v versioned) version() int { return v.Version }

// encodeRow writes a row as JSON. Text that is not UTF-8 is stored with U+FFFD in the place of
// each wrong byte: every reader of JSON would see it so.
func encodeRow(row any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(row); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decodeRow reads what encodeRow wrote. A row of a later version is an error: to guess at it and
// write it back would lose what the later program put there.
func decodeRow(b []byte, row interface{ version() int }) error {
	if err := json.Unmarshal(b, row); err != nil {
		return err
	}
	if v := row.version(); v != rowVersion {
		return fmt.Errorf("row has version %d, this program reads version %d", v, rowVersion)
	}
	return nil
}
