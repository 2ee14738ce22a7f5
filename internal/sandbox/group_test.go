package sandbox_test

import (
	"context"
	"slices"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

func TestGroup(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	first := phone(t, n, customerNumber, "Jonathan")
	second := phone(t, n, secondNumber, "Maria")

	info, err := business.CreateGroup(context.Background(), whatsmeow.ReqCreateGroup{
		Name: "Order 12", Participants: []types.JID{jid(customerNumber), jid(secondNumber)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if info.Name != "Order 12" || len(info.Participants) != 3 || info.AddressingMode != types.AddressingModeLID ||
		info.IsEphemeral || info.MemberAddMode != types.GroupMemberAddModeAllMember {
		t.Fatalf("group %+v", info)
	}
	for _, member := range []*client{first, second} {
		joined := await(member, "joined group", anyOf[*events.JoinedGroup])
		if joined.JID != info.JID || joined.Name != "Order 12" {
			t.Errorf("joined %s %q, want %s", joined.JID, joined.Name, info.JID)
		}
		groups, err := member.GetJoinedGroups(context.Background())
		if err != nil || len(groups) != 1 || groups[0].JID != info.JID {
			t.Errorf("groups of a member: %v, %v", groups, err)
		}
	}

	sent := business.say(info.JID, "to both")
	for _, member := range []*client{first, second} {
		if got := member.awaitTexts(1); !slices.Equal(got, []string{"to both"}) {
			t.Errorf("a member got %q", got)
		}
		msg := await(member, "the text", func(m *events.Message) bool { return m.Message.GetConversation() != "" })
		if msg.Info.Chat != info.JID || msg.Info.Sender.Server != types.HiddenUserServer || msg.Info.SenderAlt.User != businessNumber {
			t.Errorf("chat %s, sender %s (%s)", msg.Info.Chat, msg.Info.Sender, msg.Info.SenderAlt)
		}
	}
	for _, number := range []string{customerNumber, secondNumber} {
		await(business, "delivered by "+number, func(r *events.Receipt) bool {
			return r.Type == types.ReceiptTypeDelivered && r.Chat == info.JID && r.SenderAlt.User == number && slices.Contains(r.MessageIDs, sent.ID)
		})
	}

	first.say(info.JID, "from a member")
	for _, member := range []*client{business, second} {
		await(member, "the member's text", func(m *events.Message) bool { return m.Message.GetConversation() == "from a member" })
	}

	// A member that lost its keys asks again, and only that member gets an answer.
	first.wipe()
	business.say(info.JID, "after the loss")
	for _, member := range []*client{first, second} {
		await(member, "the text after the loss", func(m *events.Message) bool { return m.Message.GetConversation() == "after the loss" })
	}

	stranger := phone(t, n, "4915199999999", "Stranger")
	if _, err := stranger.GetGroupInfo(context.Background(), info.JID); err == nil {
		t.Error("a stranger may read the group")
	}
}

func TestStatus(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	// Status updates go to the contacts that have a full name.
	if err := business.Store.Contacts.PutContactName(t.Context(), jid(customerNumber), "Jonathan", "Jonathan Smith"); err != nil {
		t.Fatal(err)
	}
	business.say(types.StatusBroadcastJID, "open until eight")
	msg := await(customer, "status", func(m *events.Message) bool { return m.Message.GetConversation() == "open until eight" })
	if msg.Info.Chat != types.StatusBroadcastJID || msg.Info.Sender.User != businessNumber || msg.Info.SenderAlt.Server != types.HiddenUserServer {
		t.Errorf("status in %s from %s (%s)", msg.Info.Chat, msg.Info.Sender, msg.Info.SenderAlt)
	}
}
