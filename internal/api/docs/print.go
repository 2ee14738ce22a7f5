package docs

import (
	"bytes"
	"encoding/json"
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"
)

// lineWidth is how many characters a line may have before an object or a list is broken up.
const lineWidth = 62

// printer writes a value as JSON. It hands each token to put, with the class of what it is: key,
// string, digit, literal, or "" for marks and spaces.
type printer struct {
	put func(class, text string)
}

// printJSON returns v as JSON for people.
func printJSON(v any) string {
	var b strings.Builder
	printer{func(_, text string) { b.WriteString(text) }}.value(v, "", 0)
	return b.String()
}

// paint returns v as JSON in which each token has a class. quote is applied to each token first.
func paint(v any, quote func(string) string) template.HTML {
	var b strings.Builder
	printer{func(class, text string) {
		text = template.HTMLEscapeString(quote(text))
		if class == "" {
			b.WriteString(text)
			return
		}
		b.WriteString(`<span class="` + class + `">` + text + `</span>`)
	}}.value(v, "", 0)
	return template.HTML(b.String()) //nolint:gosec // every token is escaped
}

// value writes v. used is how much of the line stands before it.
func (p printer) value(v any, indent string, used int) {
	flat := used+width(v) <= lineWidth
	switch v := v.(type) {
	case object:
		p.items(len(v), "{}", indent, flat, func(i int, deeper string) {
			name := quoted(v[i].name)
			p.put("key", name)
			p.put("", ": ")
			p.value(v[i].value, deeper, len(deeper)+utf8.RuneCountInString(name)+2)
		})
	case []any:
		p.items(len(v), "[]", indent, flat, func(i int, deeper string) { p.value(v[i], deeper, len(deeper)) })
	case string:
		p.put("string", quoted(v))
	case number:
		p.put("digit", string(v))
	case bool:
		p.put("literal", strconv.FormatBool(v))
	default:
		p.put("literal", "null")
	}
}

// items writes n items between two brackets, in one line or in a line each.
func (p printer) items(n int, brackets, indent string, flat bool, item func(i int, deeper string)) {
	p.put("", brackets[:1])
	for i := range n {
		switch {
		case flat && i > 0:
			p.put("", ", ")
		case !flat && i > 0:
			p.put("", ",\n"+indent+"  ")
		case !flat:
			p.put("", "\n"+indent+"  ")
		}
		item(i, indent+"  ")
	}
	if !flat {
		p.put("", "\n"+indent)
	}
	p.put("", brackets[1:])
}

// width is the length of v in one line. One that holds objects stands in no line.
func width(v any) int {
	const never = lineWidth + 1
	n := 2
	switch v := v.(type) {
	case object:
		for _, m := range v {
			if _, deep := m.value.(object); deep {
				return never
			}
			n += utf8.RuneCountInString(m.name) + 6 + width(m.value)
		}
	case []any:
		for _, item := range v {
			if _, deep := item.(object); deep {
				return never
			}
			n += 2 + width(item)
		}
	case string:
		n += utf8.RuneCountInString(v)
	case number:
		n = len(v)
	default:
		n = 5
	}
	return n
}

// quoted writes a string as JSON, without the escapes for HTML.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
