package docs

import (
	"html/template"
	"regexp"
	"strings"
)

// markup turns the Markdown of descriptions into HTML: paragraphs, lists whose items begin with
// "- ", `code`, **strong** and *emphasis*. Everything else is text.
func markup(s string) template.HTML {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSpace(s), "\n\n") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if item, isList := strings.CutPrefix(part, "- "); isList {
			b.WriteString("<ul>")
			for line := range strings.SplitSeq(item, "\n- ") {
				b.WriteString("<li>" + inline(line) + "</li>")
			}
			b.WriteString("</ul>")
			continue
		}
		b.WriteString("<p>" + inline(part) + "</p>")
	}
	return template.HTML(b.String()) //nolint:gosec // inline escapes
}

// inline marks up one paragraph. What stands between backticks is left as it is.
func inline(s string) string {
	strong, emphasis := regexp.MustCompile(`\*\*([^*]+)\*\*`), regexp.MustCompile(`\*([^*\s][^*]*)\*`)
	var b strings.Builder
	for i, part := range strings.Split(template.HTMLEscapeString(s), "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + part + "</code>")
			continue
		}
		part = strong.ReplaceAllString(part, "<strong>$1</strong>")
		b.WriteString(emphasis.ReplaceAllString(part, "<em>$1</em>"))
	}
	return b.String()
}
