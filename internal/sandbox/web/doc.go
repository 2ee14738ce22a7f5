// Package web is the sandbox's face: the control API that tests and scripts use, the inbox that
// receives the gateway's webhooks, and a phone in the browser that shows what customers see.
//
// It promises to answer this machine only, and to treat every text that a customer or a program
// wrote as text, never as markup. It has no state of its own besides the inbox: phones and network
// hold the rest.
package web
