package phone

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

func readPoll(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, poll := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3(), m.GetPollCreationMessageV5(), m.GetPollCreationMessageV6()} {
		if poll != nil {
			return poll
		}
	}
	return nil
}

// vote sends this phone's choice. It takes the place of the one before; no options take it back.
func (p *Phone) vote(ctx context.Context, v Vote) (string, error) {
	r, ok := p.record(v.MessageID)
	if !ok {
		return "", ErrNoMessage
	}
	poll := readPoll(unwrap(r.raw).message)
	if poll == nil {
		return "", refuse("the message is not a poll")
	}
	for _, want := range v.Options {
		if !slices.ContainsFunc(poll.GetOptions(), func(o *waE2E.PollCreationMessage_Option) bool { return o.GetOptionName() == want }) {
			return "", refuse("the poll has no option %q", want)
		}
	}
	if most := poll.GetSelectableOptionsCount(); most > 0 && len(v.Options) > int(most) {
		return "", refuse("the poll takes %d of its options from each", most)
	}
	info := &types.MessageInfo{ID: r.Stanza, MessageSource: types.MessageSource{
		Chat: r.Chat, Sender: r.Sender, IsFromMe: r.FromMe, IsGroup: r.group(),
	}}
	m, err := p.cli.BuildPollVote(ctx, info, v.Options)
	if err != nil {
		return "", fmt.Errorf("encrypt vote: %w", err)
	}
	sent, err := p.sendAbout(ctx, r, m)
	if err != nil {
		return "", err
	}
	return sent, p.count(ctx, r.ID, Ballot{From: p.number, Options: v.Options})
}

// voted counts somebody's choice in the poll that the phone holds. A vote that can't be read, or that is about no
// poll here, is kept as it is.
func (p *Phone) voted(e *events.Message, r *record, poll types.MessageID) error {
	target, ok := p.inChat(r.Peer, poll)
	if !ok {
		r.Target = poll
		return p.add(p.book.life, r)
	}
	vote, err := p.cli.DecryptPollVote(p.book.life, e)
	if err != nil {
		p.log.Warn("vote not readable", slog.String("poll", target.ID), slog.Any("error", err))
		return p.add(p.book.life, r)
	}
	return p.count(p.book.life, target.ID, Ballot{From: r.From, Options: chosen(readPoll(unwrap(target.raw).message), vote.GetSelectedOptions())})
}

// count puts somebody's ballot in place of the one before.
func (p *Phone) count(ctx context.Context, poll string, b Ballot) error {
	return p.update(ctx, poll, "message", func(r *record) bool {
		r.Ballots = slices.DeleteFunc(slices.Clone(r.Ballots), func(old Ballot) bool { return old.From == b.From })
		if len(b.Options) > 0 {
			r.Ballots = append(r.Ballots, b)
		}
		return true
	})
}

// chosen names the options of a poll by their hashes, in the poll's order.
func chosen(poll *waE2E.PollCreationMessage, hashes [][]byte) []string {
	var names []string
	for _, o := range poll.GetOptions() {
		want := whatsmeow.HashPollOptions([]string{o.GetOptionName()})[0]
		if slices.ContainsFunc(hashes, func(h []byte) bool { return bytes.Equal(h, want) }) {
			names = append(names, o.GetOptionName())
		}
	}
	return names
}
