package docs

import (
	"bytes"
	"fmt"
	"html/template"
)

// page is what page.html is filled with.
type page struct {
	Title   string
	Version string
	Summary string
	Intro   template.HTML
	Tags    []tag
}

// render makes the page of a document.
func render(root object) ([]byte, error) {
	t, err := template.ParseFS(static, "static/page.html")
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	info, _ := root.get("info").(object)
	var b bytes.Buffer
	err = t.Execute(&b, page{
		Title: info.text("title"), Version: info.text("version"), Summary: info.text("summary"),
		Intro: markup(info.text("description")), Tags: document{root}.tags(),
	})
	if err != nil {
		return nil, fmt.Errorf("fill the page: %w", err)
	}
	return b.Bytes(), nil
}
