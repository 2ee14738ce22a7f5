package app

import "strings"

// firstMessage is the request of the dialect's help page that sends two quick replies, for a shell.
const firstMessage = `curl --request POST \
     --url API/messages/interactive \
     --header 'accept: application/json' \
     --header 'authorization: Bearer TOKEN' \
     --header 'content-type: application/json' \
     --data '
{
  "header": {"text": "Header with text"},
  "body": {"text": "Body message"},
  "footer": {"text": "Footer message"},
  "action": {
    "buttons": [
      {"type": "quick_reply", "title": "Button1", "id": "randomId1"},
      {"type": "quick_reply", "title": "Button2", "id": "randomId2"}
    ]
  },
  "type": "button",
  "to": "` + Jonathan + `"
}
'`

// Curl is a command to paste that sends the sandbox's first customer two buttons.
func (f Facts) Curl() string {
	quoted := strings.ReplaceAll(f.Token, "'", `'\''`)
	return strings.NewReplacer("API", f.API, "TOKEN", quoted).Replace(firstMessage)
}
