package phone

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// Verdict is what is known about one shape on one platform.
type Verdict string

// The verdicts, from best to worst.
const (
	Works      Verdict = "works"      // drawn, taps captured or reported by several sources
	Expected   Verdict = "expected"   // a close relative works; this exact shape was not measured
	Unmeasured Verdict = "unmeasured" // nobody has reported anything
	Uncertain  Verdict = "uncertain"  // drawn; reports about taps or layout conflict
	Disabled   Verdict = "disabled"   // drawn, but its buttons can't be pressed
	Nothing    Verdict = "nothing"    // not drawn, or only a hint that it can't be
)

// Recipe names a shape on the wire.
type Recipe string

// The recipes of the render table.
const (
	RecipeReply         Recipe = "reply"                  // legacy buttons in a document-with-caption wrapper
	RecipeReplyImage    Recipe = "reply_image"            // the same with an image
	RecipeReplyMedia    Recipe = "reply_media"            // the same with a video or document
	RecipeReplyBare     Recipe = "reply_bare"             // legacy buttons without a wrapper
	RecipeReplyViewOnce Recipe = "reply_view_once"        // legacy buttons in a view-once wrapper
	RecipeFlowReply     Recipe = "flow_reply"             // native flow, quick replies only
	RecipeFlowWrapped   Recipe = "flow_wrapped"           // native flow in a document-with-caption wrapper
	RecipeFlowViewOnce  Recipe = "flow_view_once"         // native flow in a view-once wrapper
	RecipeURL           Recipe = "url"                    // native flow cta_url
	RecipeCall          Recipe = "call"                   // native flow cta_call
	RecipeCopy          Recipe = "copy"                   // native flow cta_copy
	RecipeFlowMedia     Recipe = "flow_media"             // native flow with a media header
	RecipeFlowOther     Recipe = "flow_other"             // native flow with a button of another kind
	RecipeMixed         Recipe = "mixed"                  // native flow, quick replies beside other kinds
	RecipeList          Recipe = "list"                   // list message
	RecipeFlowList      Recipe = "flow_list"              // native flow single_select
	RecipeCarousel      Recipe = "carousel"               // carousel of native flow cards
	RecipeCarouselOnce  Recipe = "carousel_view_once"     // the same in a view-once wrapper
	RecipeTemplate      Recipe = "template"               // hydrated template
	RecipeFlowTemplate  Recipe = "flow_template"          // interactive message inside a template
	RecipeBot           Recipe = "bot"                    // any of them with a bot node
	RecipeVersion3      Recipe = "flow_message_version_3" // native flow with messageVersion 3
	RecipePartial       Recipe = "reply_partial_metadata" // legacy buttons, message context incomplete
	RecipeCardNoMedia   Recipe = "carousel_without_media" // a card without image or video
)

// Rule is one row of the render table.
type Rule struct {
	Recipe     Recipe               `json:"recipe"`
	Label      string               `json:"label"`
	Confidence string               `json:"confidence"`
	Private    map[Platform]Verdict `json:"private"`
	Group      map[Platform]Verdict `json:"group"`
	// Why explains verdicts, by platform; "" is for all the others.
	Why map[Platform]string `json:"why"`
}

// RenderTable says what official clients draw. Other people's observations are its source, none of them made
// by this project; Dated is the month of the youngest.
type RenderTable struct {
	Dated string `json:"dated"`
	Rules []Rule `json:"rules"`
}

//go:embed rendertable.json
var renderTableJSON []byte

var renderTable = sync.OnceValue(func() RenderTable {
	var t RenderTable
	if err := json.Unmarshal(renderTableJSON, &t); err != nil {
		panic(fmt.Sprintf("phone: render table: %v", err)) // embedded: a test reads it
	}
	return t
})

// Table returns the render table in use.
func Table() RenderTable { return renderTable() }

func (t RenderTable) rule(r Recipe) Rule {
	for _, rule := range t.Rules {
		if rule.Recipe == r {
			return rule
		}
	}
	return Rule{Recipe: r, Label: string(r)}
}

func (r Rule) verdict(p Platform, group bool) Verdict {
	cells := r.Private
	if group {
		cells = r.Group
	}
	if v, ok := cells[p]; ok {
		return v
	}
	return Unmeasured
}

func (r Rule) why(p Platform) string {
	if w, ok := r.Why[p]; ok {
		return w
	}
	return r.Why[""]
}
