// Package api serves the HTTP dialect: it finds the route and the channel, reads the request, asks
// the gateway once, and writes the answer.
//
// It promises that every answer, errors included, has the dialect's shape; that bad input is never
// answered with 5xx; and that no token reaches a log. It refuses cross-origin use: there are no
// CORS headers, and OPTIONS is a method like any other that is not served.
package api
