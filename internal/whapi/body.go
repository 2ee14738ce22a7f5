package whapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tapgate/internal/fault"
)

// Sizes of the longest request bodies of JSON that are read, in bytes.
const (
	// MaxRequest is that of a body without a file. The longest text takes 768 KiB when every character
	// of it is escaped.
	MaxRequest = 1 << 20
	// MaxUpload is that of a body that may hold a file as base64: 72 MiB of it.
	MaxUpload = 96 << 20
)

const (
	maxDepth  = 64   // levels of objects and arrays in each other
	maxItems  = 100  // of an array that is read; every array of the dialect is shorter
	maxFields = 1000 // of an object that is read
)

// body is a request body on its way to the domain. It gathers everything that is wrong with it, in
// the words of the dialect's own validator.
type body struct {
	fault.Problems
	// told are the paths of which a problem is known; what follows from it is not told again.
	told map[string]bool
	// part is the file that came with the body as a part of a form; nil for none.
	part *Part
	// wrong counts the problems that are no matter of support.
	wrong int
}

// fail records that the value at path is wrong.
func (in *body) fail(path, format string, args ...any) {
	in.refuse(path, format, args...)
	in.wrong++
}

// refuse records that the value at path can't be served yet.
func (in *body) refuse(path, format string, args ...any) {
	in.Add(path, format, args...)
	in.told[path] = true
}

// check adds what the domain says, except where more is known already.
func (in *body) check(list []fault.Problem) {
	for _, p := range list {
		if !in.knows(p.Path) {
			in.Add(p.Path, "%s", p.Text)
			in.wrong++
		}
	}
}

// knows reports whether a problem is known of the value at path or of what holds it.
func (in *body) knows(path string) bool {
	for {
		if in.told[path] {
			return true
		}
		if path == "" {
			return false
		}
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
	}
}

// err returns the fault of the whole body, or nil.
func (in *body) err() error {
	err := in.Err()
	if err != nil && in.wrong == 0 {
		f := fault.New(fault.Unsupported, "Not supported yet")
		f.Problems = in.List()
		return f
	}
	return err
}

// openJSON reads the outermost object of a request body of at most limit bytes. The error is a fault.
func openJSON(raw []byte, limit int) (object, error) {
	if len(raw) > limit {
		return object{}, fault.New(fault.TooLarge, "Request body too large: %d bytes, the limit is %d", len(raw), limit)
	}
	in := &body{told: map[string]bool{}}
	if in.valid("", raw); in.wrong > 0 {
		return object{}, in.err()
	}
	o, ok := in.object("", raw)
	if !ok {
		return object{}, in.err()
	}
	return o, nil
}

// valid records what keeps raw from being read as JSON.
func (in *body) valid(path string, raw []byte) bool {
	before := in.wrong
	switch {
	case !json.Valid(raw):
		in.fail(path, "must be one JSON object: %v", json.Unmarshal(raw, new(json.RawMessage)))
	case !utf8.Valid(raw):
		in.fail(path, "must be valid UTF-8")
	case depth(raw) > maxDepth:
		in.fail(path, "must NOT be nested deeper than %d levels", maxDepth)
	}
	return in.wrong == before
}

// depth counts the levels of valid JSON.
func depth(raw []byte) int {
	var now, deepest int
	var quoted, escaped bool
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// object is one JSON object of a body. Its methods read the fields by name: a field that is absent
// or null reads as nothing, one of another type is recorded as a problem.
type object struct {
	in     *body
	path   string
	fields map[string]json.RawMessage
}

// object reads raw, which is valid JSON, as an object.
func (in *body) object(path string, raw []byte) (object, bool) {
	o := object{in: in, path: path, fields: map[string]json.RawMessage{}}
	given := 0
	isObject := eachMember(raw, func(name string, value json.RawMessage) bool {
		if given++; given > maxFields {
			return false
		}
		if _, twice := o.fields[name]; twice && !in.told[o.at(name)] {
			in.told[o.at(name)] = true
			in.fail(path, "must NOT have property %s twice", strconv.Quote(name))
		}
		o.fields[name] = value
		return true
	})
	switch {
	case !isObject:
		in.fail(path, "must be object")
		return object{}, false
	case given > maxFields:
		in.fail(path, "must NOT have more than %d properties", maxFields)
		return object{}, false
	}
	return o, true
}

// has reports whether the field is there and says something: null, "", [] and {} don't.
func (o object) has(name string) bool {
	raw, ok := o.fields[name]
	return ok && !slices.Contains([]string{"null", `""`, "[]", "{}"}, string(raw))
}

func (o object) get(name string) (json.RawMessage, bool) {
	raw, ok := o.fields[name]
	return raw, ok && string(raw) != "null"
}

// at is the path of a field.
func (o object) at(name string) string {
	return o.path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// need returns the field and records it as missing if it is not there.
func (o object) need(name string) (json.RawMessage, bool) {
	raw, ok := o.get(name)
	if !ok && !o.in.knows(o.at(name)) {
		o.in.Add(o.path, "must have required property '%s'", name)
		o.in.told[o.at(name)] = true
		o.in.wrong++
	}
	return raw, ok
}

// text reads a string that may be absent.
func (o object) text(name string) string {
	raw, ok := o.get(name)
	if !ok {
		return ""
	}
	return o.in.text(o.at(name), raw)
}

// needText reads a string that must be there.
func (o object) needText(name string) string {
	o.need(name)
	return o.text(name)
}

// text reads raw as a string. Half of a surrogate pair, which no UTF-8 can hold, would be replaced
// by U+FFFD without a word.
func (in *body) text(path string, raw json.RawMessage) string {
	if n := len(raw); n >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : n-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		in.fail(path, "must be string")
		return ""
	}
	if strings.ContainsRune(s, utf8.RuneError) && !bytes.ContainsRune(raw, utf8.RuneError) &&
		!bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
		in.fail(path, "must NOT contain half of a surrogate pair")
	}
	return s
}

// part reads an object that may be absent; ok is false when there is none to read.
func (o object) part(name string) (object, bool) {
	raw, ok := o.get(name)
	if !ok {
		return object{}, false
	}
	return o.in.object(o.at(name), raw)
}

// needPart reads an object that must be there.
func (o object) needPart(name string) (object, bool) {
	o.need(name)
	return o.part(name)
}

// list reads an array that may be absent.
func (o object) list(name string) []json.RawMessage {
	raw, ok := o.get(name)
	if !ok {
		return nil
	}
	var items []json.RawMessage
	given := 0
	isArray := eachElement(raw, func(value json.RawMessage) {
		if given++; given <= maxItems {
			items = append(items, value)
		}
	})
	if !isArray {
		o.in.fail(o.at(name), "must be array")
	}
	if given > maxItems {
		o.in.fail(o.at(name), "must NOT have more than %d items (given: %d)", maxItems, given)
		return nil
	}
	return items
}

// objects reads an array of objects. One that is no object is recorded and reads as an empty one,
// so that the places of the others stay what they are.
func (o object) objects(name string) []object {
	var list []object
	for i, raw := range o.list(name) {
		item, ok := o.in.object(fmt.Sprintf("%s/%d", o.at(name), i), raw)
		if !ok {
			item = object{in: o.in, path: fmt.Sprintf("%s/%d", o.at(name), i)}
		}
		list = append(list, item)
	}
	return list
}

// number reads a number from least to most, which may also be written as a string.
func (o object) number(name string, least, most float64) (n float64, ok bool) {
	raw, ok := o.get(name)
	if !ok || string(raw) == `""` {
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	switch {
	case err != nil || n != n:
		o.in.fail(o.at(name), "must be number")
	case n < least:
		o.in.fail(o.at(name), "must be >= %s", strconv.FormatFloat(least, 'f', -1, 64))
	case n > most:
		o.in.fail(o.at(name), "must be <= %s", strconv.FormatFloat(most, 'f', -1, 64))
	default:
		return n, true
	}
	return 0, false
}

// integer reads a whole number from 0 to most; 0 when it is absent.
func (o object) integer(name string, most int) int {
	n, ok := o.number(name, 0, float64(most))
	if ok && n != math.Trunc(n) {
		o.in.fail(o.at(name), "must be integer")
		return 0
	}
	return int(n)
}

// flag reads a boolean that may be absent, and may be written as a string.
func (o object) flag(name string) bool {
	raw, ok := o.get(name)
	if !ok {
		return false
	}
	switch string(raw) {
	case "true", `"true"`:
		return true
	case "false", `"false"`, `""`:
		return false
	}
	o.in.fail(o.at(name), "must be boolean")
	return false
}
