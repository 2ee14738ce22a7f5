package docs

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// field is one field of a schema, as the page shows it.
type field struct {
	Name        string
	Type        string
	Required    bool
	Description template.HTML
	// Notes are the limits of its value.
	Notes []template.HTML
	// Fields are the fields of its value, or of the items of its value.
	Fields []field
	// Forms are the forms that its value can have; each has a name.
	Forms []field
}

// document is the whole document, where references lead to.
type document struct{ root object }

// resolve follows the reference that v may be, and returns the name of what it leads to.
func (d document) resolve(v any) (o object, name string) {
	o, _ = v.(object)
	for range 8 { // no reference of ours leads to a chain of so many
		ref := o.text("$ref")
		if ref == "" {
			break
		}
		o = d.root
		for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			o, _ = o.get(step).(object)
			name = step
		}
	}
	return o, name
}

// fields returns the fields of a schema, and those of its items when it is an array. above are the
// names of the schemas around it: one in itself is not shown again.
func (d document) fields(schema any, above []string) []field {
	o, name := d.resolve(schema)
	if name != "" && slices.Contains(above, name) {
		return nil
	}
	above = append(slices.Clip(above), name)
	if items := o.get("items"); items != nil {
		return d.fields(items, above)
	}
	var list []field
	properties, _ := o.get("properties").(object)
	for _, p := range properties {
		f := d.field(p.name, p.value, above)
		f.Required = slices.Contains(o.list("required"), any(p.name))
		list = append(list, f)
	}
	patterns, _ := o.get("patternProperties").(object)
	for _, p := range patterns {
		list = append(list, d.field("any name", p.value, above))
	}
	return list
}

func (d document) field(name string, schema any, above []string) field {
	o, _ := d.resolve(schema)
	f := field{
		Name: name, Type: d.kind(o), Description: markup(o.text("description")), Notes: notes(o), Fields: d.fields(schema, above),
	}
	for _, form := range o.list("anyOf") {
		_, name := d.resolve(form)
		f.Forms = append(f.Forms, d.field(name, form, above))
	}
	return f
}

// kind names the type of a schema's values.
func (d document) kind(o object) string {
	if items := o.get("items"); items != nil {
		item, _ := d.resolve(items)
		if kind := d.kind(item); kind != "" {
			return "array of " + kind + "s"
		}
		return "array"
	}
	if kind := o.text("type"); kind != "" {
		return kind
	}
	if o.list("anyOf") != nil {
		return "object"
	}
	return ""
}

// notes tells the limits of a schema's values.
func notes(o object) []template.HTML {
	var list []template.HTML
	say := func(format string, args ...any) {
		list = append(list, template.HTML(inline(fmt.Sprintf(format, args...)))) //nolint:gosec // inline escapes
	}
	if values := o.list("enum"); len(values) > 0 {
		var names []string
		for _, v := range values {
			names = append(names, "`"+plain(v)+"`")
		}
		say("%s", strings.Join(names, " "))
	}
	if v := o.get("const"); v != nil {
		say("always `%s`", plain(v))
	}
	if v := o.get("default"); v != nil {
		say("default `%s`", plain(v))
	}
	for _, r := range []struct{ least, most, unit string }{
		{"minimum", "maximum", ""}, {"minLength", "maxLength", " characters"},
		{"minItems", "maxItems", " items"}, {"minProperties", "maxProperties", " names"},
	} {
		least, most := o.get(r.least), o.get(r.most)
		switch {
		case least != nil && most != nil:
			say("%s to %s%s", plain(least), plain(most), r.unit)
		case most != nil:
			say("up to %s%s", plain(most), r.unit)
		case least != nil:
			say("%s or more%s", plain(least), r.unit)
		}
	}
	if p := o.text("pattern"); p != "" {
		say("matches `%s`", p)
	}
	return list
}

// plain returns a value as text.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return printJSON(v)
}
