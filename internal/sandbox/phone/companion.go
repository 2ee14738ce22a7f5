package phone

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// client returns the client that speaks for a platform: the phone itself, or its web client.
func (p *Phone) client(ctx context.Context, platform Platform) (*client, error) {
	if platform != Web {
		return p.cli, nil
	}
	return p.companion(ctx)
}

// companion returns the linked web client, online. It is linked when it is needed for the first time, because
// receivers tell a web client from a phone by the number of the sending device. It only sends: what arrives is
// shown once, by the phone.
func (p *Phone) companion(ctx context.Context) (*client, error) {
	p.linking.Lock()
	defer p.linking.Unlock()
	if p.book.ctx.Err() != nil {
		return nil, p.book.ctx.Err()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.book.ctx, cancel)() // Close does not wait for a pairing
	if p.web == nil && !p.thrownOut {             // the stored one may be on its way out of the database
		device, err := p.book.sessions.companion(ctx, p.account)
		if err != nil {
			return nil, err
		}
		if device != nil {
			p.web = p.companionClient(p.book.newClient(device))
		}
	}
	if p.web == nil {
		cli, err := p.link(ctx)
		if err != nil {
			return nil, fmt.Errorf("link web client of %s: %w", p.number, err)
		}
		p.web = cli
	}
	if err := p.web.online(ctx); err != nil {
		return nil, fmt.Errorf("web client of %s: %w", p.number, err)
	}
	return p.web, nil
}

func (p *Phone) companionClient(cli *client) *client {
	p.answerRetries(cli)
	cli.AddEventHandlerWithSuccessStatus(func(event any) bool {
		cli.noteLogin(event)
		if _, ok := event.(*events.LoggedOut); ok {
			p.book.start(func(context.Context) { p.unlinked(cli) })
		}
		return true
	})
	return cli
}

// unlinked forgets a web client that the network threw out: the next use links a new one.
func (p *Phone) unlinked(cli *client) {
	p.linking.Lock()
	defer p.linking.Unlock()
	if p.web == cli {
		p.web, p.thrownOut = nil, true
		p.log.Info("web client was unlinked")
		p.book.announce(Change{Customer: p.number, What: "presence", On: p.cli.ready()})
	}
}

func (p *Phone) webClient() *client {
	p.linking.Lock()
	defer p.linking.Unlock()
	return p.web
}

// link pairs a new web client by QR code, which the phone scans itself.
func (p *Phone) link(ctx context.Context) (*client, error) {
	device := p.book.sessions.container.NewDevice()
	device.PushName = p.Name()
	cli := p.companionClient(p.book.newClient(device))
	codes, err := cli.GetQRChannel(p.book.ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for a code: %w", err)
	}
	if err := cli.Connect(); err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if err := p.scanOwn(ctx, codes); err != nil {
		cli.Disconnect()
		return nil, err
	}
	return cli, nil
}

func (p *Phone) scanOwn(ctx context.Context, codes <-chan whatsmeow.QRChannelItem) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case item, ok := <-codes:
			switch {
			case !ok:
				return errors.New("no code came")
			case item.Event == whatsmeow.QRChannelSuccess.Event:
				return nil
			case item.Event != whatsmeow.QRChannelEventCode:
				return errors.Join(fmt.Errorf("pairing ended with %s", item.Event), item.Error)
			}
			if _, err := p.book.net.Scan(ctx, p.number, item.Code); err != nil {
				return fmt.Errorf("scan: %w", err)
			}
		}
	}
}
