package phone

import (
	"context"
	"fmt"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// contactVersion is the version that WhatsApp gives to contact entries of the settings.
const contactVersion = 2

// contactName is what a business calls a customer in its address book. It differs from the name that the
// customer gave himself, so that a program can tell the two apart, as it can in real life.
func contactName(name string) string { return name + " Customer" }

// publishContacts enters the customers that the business phone has no entry for into its address book, which
// its companions share. Entries stay when a customer is renamed. The caller holds p.linking.
func (p *Phone) publishContacts(ctx context.Context) error {
	patch := appstate.PatchInfo{Type: appstate.WAPatchCriticalUnblockLow}
	for _, c := range p.book.Customers() {
		known, err := p.cli.Store.Contacts.GetContact(ctx, c.account.PN)
		if err != nil {
			return fmt.Errorf("read contact: %w", err)
		}
		if known.FullName == "" {
			patch.Mutations = append(patch.Mutations, contactEntry(c))
		}
	}
	if len(patch.Mutations) == 0 {
		return nil
	}
	if err := p.cli.SendAppState(ctx, patch); err != nil {
		return fmt.Errorf("publish contacts: %w", err)
	}
	return nil
}

func contactEntry(c *Phone) appstate.MutationInfo {
	return appstate.MutationInfo{
		Index:   []string{appstate.IndexContact, types.NewJID(c.number, types.DefaultUserServer).String()},
		Version: contactVersion,
		Value: &waSyncAction.SyncActionValue{ContactAction: &waSyncAction.ContactAction{
			FullName:  proto.String(contactName(c.Name())),
			FirstName: proto.String(c.Name()),
			LidJID:    proto.String(c.account.LID.String()),
		}},
	}
}

// meetCustomers lets every business phone enter the customers it does not know yet. A failure is no more than a
// missing name: it is logged, and made up for with the next customer.
func (b *Book) meetCustomers(ctx context.Context) {
	for _, p := range b.Businesses() {
		p.linking.Lock()
		err := p.publishContacts(ctx)
		p.linking.Unlock()
		if err != nil {
			b.log.Warn("address book not published", "business", p.number, "error", err)
		}
	}
}
