package docs

import (
	"html/template"
	"net/url"
	"strings"
)

// commands returns a command for each example of the body, or one without a body. The token is left
// to the shell; the host is an element that the page's script fills in.
func (d document) commands(op operation, parameters []any, contents object) []example {
	open := curl(op, d.fill(op.Path, parameters))
	var list []example
	for _, content := range contents {
		media, _ := content.value.(object)
		examples, _ := media.get("examples").(object)
		for _, m := range examples {
			e, _ := d.resolve(m.value)
			list = append(list, example{Title: e.text("summary"), Code: open + d.body(content.name, e.get("value"))})
		}
	}
	if len(list) == 0 {
		list = append(list, example{Title: op.Summary, Code: open})
	}
	return list
}

// body is the part of a command that sends a value as that media type.
func (d document) body(kind string, value any) template.HTML {
	if kind != "multipart/form-data" {
		return more(`-H 'Content-Type: `+kind+`'`) + more("-d '") + paint(value, quote) + "'"
	}
	var b template.HTML
	parts, _ := value.(object)
	for _, part := range parts {
		b += more(`-F '`+quote(part.name)+`=`) + template.HTML(template.HTMLEscapeString(quote(plain(part.value)))) + "'" //nolint:gosec // escaped
	}
	return b
}

// curl is the beginning of a command, up to the token.
func curl(op operation, path string) template.HTML {
	b := template.HTML("curl ")
	if op.Method != "GET" {
		b += template.HTML("-X " + op.Method + " ") //nolint:gosec // a method of our own document
	}
	b += `<span class="host">http://127.0.0.1:8080</span>` + template.HTML(template.HTMLEscapeString(path)) //nolint:gosec // escaped
	b += more(`-H "Authorization: Bearer $TOKEN"`)
	for _, a := range op.Answers {
		if a.Good && strings.HasPrefix(a.Kind, "image/") {
			b += more("-o image." + strings.TrimPrefix(a.Kind, "image/"))
		}
	}
	return b
}

// more is a further line of a command.
func more(s string) template.HTML {
	return template.HTML(" \\\n  " + template.HTMLEscapeString(s)) //nolint:gosec // escaped
}

// quote makes s fit between single quotes of a shell.
func quote(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }

// fill puts the examples of the parameters into a path.
func (d document) fill(path string, parameters []any) string {
	for _, v := range parameters {
		p, _ := d.resolve(v)
		if example := p.get("example"); p.text("in") == "path" && example != nil {
			path = strings.ReplaceAll(path, "{"+p.text("name")+"}", url.PathEscape(plain(example)))
		}
	}
	return path
}
