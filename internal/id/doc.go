// Package id holds the identifiers of the gateway and the one maker and parser of each.
// Everywhere else an identifier is opaque: it is compared, stored and handed on, never taken apart.
package id
