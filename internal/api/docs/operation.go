package docs

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
)

// operation is one call, or one webhook, as the page shows it.
type operation struct {
	ID          string
	Method      string // in capitals
	Path        string
	Webhook     bool
	Summary     string
	Description template.HTML
	// Groups are the fields of the request by the place where they stand.
	Groups []group
	// Examples are requests: commands for a shell, or bodies of webhooks.
	Examples []example
	Answers  []answer
}

// group is a list of fields with a title.
type group struct {
	Title  string
	Note   string
	Fields []field
}

// example is something to copy.
type example struct {
	Title string
	// Code is painted; its text is what is copied.
	Code template.HTML
}

// answer is what comes back with one status.
type answer struct {
	Status      string
	Good        bool
	Description template.HTML
	Headers     []field
	Kind        string // the media type of the body; "" when there is none
	Fields      []field
	Examples    []example
}

// tag is a chapter of the page.
type tag struct {
	ID          string
	Name        string
	Description template.HTML
	Operations  []operation
}

// tags returns the chapters in the order of the document, webhooks included.
func (d document) tags() []tag {
	var list []tag
	for _, v := range d.root.list("tags") {
		o, _ := v.(object)
		name := o.text("name")
		list = append(list, tag{ID: anchor(name), Name: name, Description: markup(o.text("description"))})
	}
	for _, part := range []string{"paths", "webhooks"} {
		paths, _ := d.root.get(part).(object)
		for _, path := range paths {
			item, _ := path.value.(object)
			for _, m := range item {
				o, _ := m.value.(object)
				op := d.operation(strings.ToUpper(m.name), path.name, o, item.list("parameters"), part == "webhooks")
				for i := range list {
					if slices.Contains(o.list("tags"), any(list[i].Name)) {
						list[i].Operations = append(list[i].Operations, op)
					}
				}
			}
		}
	}
	return list
}

// anchor makes an id of a name.
func anchor(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", "-"))
}

func (d document) operation(method, path string, o object, shared []any, webhook bool) operation {
	op := operation{
		ID: o.text("operationId"), Method: method, Path: path, Webhook: webhook,
		Summary: o.text("summary"), Description: markup(o.text("description")),
	}
	parameters := slices.Concat(shared, o.list("parameters"))
	op.Groups = d.parameters(parameters, "path", "query")
	body, _ := d.resolve(o.get("requestBody"))
	contents, _ := body.get("content").(object)
	for _, content := range contents {
		media, _ := content.value.(object)
		op.Groups = append(op.Groups, group{Title: "Body", Note: content.name, Fields: d.fields(media.get("schema"), nil)})
	}
	op.Groups = append(op.Groups, d.parameters(parameters, "header")...)
	op.Answers = d.answers(o)
	if webhook {
		for _, m := range contents {
			media, _ := m.value.(object)
			op.Examples = append(op.Examples, d.examples(media)...)
		}
		return op
	}
	op.Examples = d.commands(op, parameters, contents)
	return op
}

// parameters returns the parameters in these places, grouped by them.
func (d document) parameters(list []any, places ...string) []group {
	titles := map[string]string{"path": "Path", "query": "Query", "header": "Headers"}
	var groups []group
	for _, place := range places {
		g := group{Title: titles[place]}
		for _, v := range list {
			p, _ := d.resolve(v)
			if p.text("in") != place {
				continue
			}
			f := d.field(p.text("name"), p.get("schema"), nil)
			f.Required, _ = p.get("required").(bool)
			if own := p.text("description"); own != "" {
				f.Description = markup(own)
			}
			g.Fields = append(g.Fields, f)
		}
		if len(g.Fields) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (d document) answers(o object) []answer {
	var list []answer
	responses, _ := o.get("responses").(object)
	for _, r := range responses {
		response, _ := d.resolve(r.value)
		a := answer{Status: r.name, Good: strings.HasPrefix(r.name, "2"), Description: markup(response.text("description"))}
		headers, _ := response.get("headers").(object)
		for _, h := range headers {
			header, _ := d.resolve(h.value)
			f := d.field(h.name, header.get("schema"), nil)
			f.Description = markup(header.text("description"))
			a.Headers = append(a.Headers, f)
		}
		contents, _ := response.get("content").(object)
		for _, content := range contents {
			media, _ := content.value.(object)
			a.Kind = cmp.Or(a.Kind, content.name)
			a.Fields = append(a.Fields, d.fields(media.get("schema"), nil)...)
			a.Examples = append(a.Examples, d.examples(media)...)
		}
		list = append(list, a)
	}
	slices.SortStableFunc(list, func(a, b answer) int { return strings.Compare(a.Status, b.Status) })
	return list
}

func (d document) examples(media object) []example {
	var list []example
	examples, _ := media.get("examples").(object)
	for _, m := range examples {
		e, _ := d.resolve(m.value)
		list = append(list, example{
			Title: e.text("summary"),
			Code:  paint(e.get("value"), func(s string) string { return s }),
		})
	}
	return list
}
