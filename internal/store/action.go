package store

import (
	"fmt"

	"tapgate/internal/message"
)

// actionRow is the stored form of message.Action: its kind and the one part that belongs to it.
type actionRow struct {
	Kind    string      `json:"kind"`
	Buttons []buttonRow `json:"buttons,omitempty"`
	List    *listRow    `json:"list,omitempty"`
}

const (
	actionButtons = "buttons"
	actionList    = "list"
)

type buttonRow struct {
	Kind        string `json:"kind"`
	Title       string `json:"title,omitempty"`
	ID          string `json:"id,omitempty"`
	URL         string `json:"url,omitempty"`
	MerchantURL string `json:"merchant_url,omitempty"`
	PhoneNumber string `json:"phone_number,omitempty"`
	CopyCode    string `json:"copy_code,omitempty"`
}

type listRow struct {
	Label    string       `json:"label,omitempty"`
	Sections []sectionRow `json:"sections,omitempty"`
}

type sectionRow struct {
	Title string    `json:"title,omitempty"`
	Rows  []itemRow `json:"rows,omitempty"`
}

type itemRow struct {
	ID          string `json:"id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

func packAction(a message.Action) (*actionRow, error) {
	switch a := a.(type) {
	case nil:
		return nil, nil
	case message.Buttons:
		return &actionRow{Kind: actionButtons, Buttons: packButtons(a)}, nil
	case message.List:
		row := &actionRow{Kind: actionList, List: &listRow{Label: a.Label}}
		for _, s := range a.Sections {
			section := sectionRow{Title: s.Title}
			for _, r := range s.Rows {
				section.Rows = append(section.Rows, itemRow(r))
			}
			row.List.Sections = append(row.List.Sections, section)
		}
		return row, nil
	}
	return nil, fmt.Errorf("action %T has no stored form", a)
}

// unpack reports false for an action of a kind that it does not know.
func (r *actionRow) unpack() (message.Action, bool) {
	switch {
	case r == nil:
		return nil, true
	case r.Kind == actionButtons:
		return unpackButtons(r.Buttons), true
	case r.Kind == actionList && r.List != nil:
		list := message.List{Label: r.List.Label}
		for _, s := range r.List.Sections {
			section := message.Section{Title: s.Title}
			for _, row := range s.Rows {
				section.Rows = append(section.Rows, message.Row(row))
			}
			list.Sections = append(list.Sections, section)
		}
		return list, true
	}
	return nil, false
}

func packButtons(list message.Buttons) []buttonRow {
	var rows []buttonRow
	for _, b := range list {
		rows = append(rows, buttonRow{
			Kind: string(b.Kind), Title: b.Title, ID: b.ID, URL: b.URL,
			MerchantURL: b.MerchantURL, PhoneNumber: b.PhoneNumber, CopyCode: b.CopyCode,
		})
	}
	return rows
}

func unpackButtons(rows []buttonRow) message.Buttons {
	var list message.Buttons
	for _, b := range rows {
		list = append(list, message.Button{
			Kind: message.ButtonKind(b.Kind), Title: b.Title, ID: b.ID, URL: b.URL,
			MerchantURL: b.MerchantURL, PhoneNumber: b.PhoneNumber, CopyCode: b.CopyCode,
		})
	}
	return list
}
