package whapi

import (
	"encoding/json"
	"maps"
	"slices"

	"tapgate/internal/fault"
)

// Body is the body of a request: JSON or Form.
type Body interface {
	// open reads the outermost object, at most limit bytes of JSON. objects names the fields that hold
	// objects or arrays. The error is a fault.
	open(limit int, objects ...string) (object, error)
}

// JSON is a body of JSON.
type JSON []byte

func (j JSON) open(limit int, _ ...string) (object, error) { return openJSON(j, limit) }

// Form is a body of the type multipart/form-data: its parts have the names of the fields that JSON
// would have. What is an object there, is JSON in its part here.
type Form struct {
	// Texts are the parts that are texts.
	Texts map[string]string
	// File is the part media when it is a file; nil when it is not.
	File *Part
}

// Part says what a form tells of a file that it brings along.
type Part struct{ MimeType, FileName string }

func (f Form) open(limit int, objects ...string) (object, error) {
	size := 0
	for name, text := range f.Texts {
		size += len(name) + len(text)
	}
	if size > limit {
		return object{}, fault.New(fault.TooLarge, "Request body too large: %d bytes beside the file, the limit is %d", size, limit)
	}
	in := &body{told: map[string]bool{}, part: f.File}
	o := object{in: in, fields: map[string]json.RawMessage{}}
	if len(f.Texts) > maxFields {
		in.fail("", "must NOT have more than %d parts", maxFields)
		return object{}, in.err()
	}
	for _, name := range slices.Sorted(maps.Keys(f.Texts)) {
		text := f.Texts[name]
		if !slices.Contains(objects, name) {
			raw, err := encode(text)
			if err != nil {
				return object{}, err
			}
			o.fields[name] = raw
			continue
		}
		if in.valid(o.at(name), []byte(text)) {
			o.fields[name] = json.RawMessage(text)
		}
	}
	if f.File != nil {
		if o.has("media") {
			in.fail("/media", "must NOT be there twice, as a file and as a text")
		}
		o.fields["media"] = json.RawMessage(`"a file"`)
	}
	return o, nil
}
