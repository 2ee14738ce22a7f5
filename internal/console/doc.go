// Package console is the operator's web page: channels, messages, webhooks, and a composer with a
// preview. The page is a client of the HTTP API, like any other program: its server adds a session
// in place of a token, live updates, and the preview, and knows nothing else of the gateway.
//
// It promises that no other site's page can use a session, that no token ever reaches the browser
// or leaves it more than once, and that everything a customer or a program wrote is text.
package console
