// Package docs serves the API's document, as YAML and as JSON, and a page that shows it to people.
//
// The page is made of the document alone when it is first asked for. It needs nothing from other
// hosts and stores nothing; without scripts it can be read all the same. It tells nothing of the
// instance, so it needs no token.
package docs
