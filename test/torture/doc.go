// Package torture puts the whole gateway, over HTTP, through what loses messages in other programs: a
// phone that was restored and asks for all it missed, a phone that loses its keys in the middle of a
// burst, and both directions at once while it loses them again and again. Nothing may be lost, nothing
// shown twice, and everything has to be drawn.
package torture
