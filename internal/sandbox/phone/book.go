package phone

import (
	"context"
	"errors"
	"log/slog"
)

// Options configures a Book.
type Options struct {
	Dir string
	Log *slog.Logger
}

// Book holds the phones.
type Book struct{}

// Phone is one emulated phone.
type Phone struct{}

var errSoon = errors.New("not yet written")

func Open(ctx context.Context, o Options) (*Book, error)                     { return nil, errSoon }
func (b *Book) Close() error                                                 { return nil }
func (b *Book) Add(ctx context.Context, number, name string) (*Phone, error) { return nil, errSoon }
func (b *Book) Customers() []*Phone                                          { return nil }
func (b *Book) Phone(number string) (*Phone, bool)                           { return nil, false }
func (b *Book) Scan(ctx context.Context, number, qr string) error            { return errSoon }
func (b *Book) EnterCode(ctx context.Context, number, code string) error     { return errSoon }
func (b *Book) Groups() []Group                                              { return nil }
func (b *Book) Subscribe() (<-chan Change, func())                           { return nil, func() {} }
func (p *Phone) Number() string                                              { return "" }
func (p *Phone) Name() string                                                { return "" }
func (p *Phone) Platform() Platform                                          { return Android }
func (p *Phone) SetPlatform(Platform)                                        {}
func (p *Phone) Messages() []Message                                         { return nil }
func (p *Phone) Message(id string) (Message, bool)                           { return Message{}, false }
func (p *Phone) Tap(ctx context.Context, press Press) (messageID string, err error) {
	return "", errSoon
}
func (p *Phone) Send(ctx context.Context, c Compose) (messageID string, err error) {
	return "", errSoon
}
func (p *Phone) MarkRead(ctx context.Context, ids ...string) error      { return errSoon }
func (p *Phone) Typing(ctx context.Context, chat string, on bool) error { return errSoon }
func (p *Phone) SetOnline(ctx context.Context, on bool) error           { return errSoon }
func (p *Phone) Online() bool                                           { return false }
func (p *Phone) Wipe(ctx context.Context) error                         { return errSoon }
func (p *Phone) Media(ctx context.Context, id string) (mime string, data []byte, err error) {
	return "", nil, errSoon
}
func (b *Book) CreateGroup(ctx context.Context, subject, owner string, members ...string) (chat string, err error) {
	return "", errSoon
}
