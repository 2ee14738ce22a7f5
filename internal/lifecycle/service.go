// Package lifecycle says how long-lived parts of the program are started and stopped.
package lifecycle

import "context"

// Service is a part of the program that runs until it is stopped.
type Service interface {
	// Start returns when the service works, or with the reason why it can't. ctx bounds the start
	// only: the service runs on after ctx has ended. A service is started at most once.
	Start(ctx context.Context) error
	// Stop returns when nothing of the service runs any more. It is soft at first: what is under
	// way is finished and nothing new begins. When ctx ends it turns hard: what is under way is cut
	// off, which is no loss, and Stop returns ctx's error. Stop may be called twice, and
	// without a Start.
	Stop(ctx context.Context) error
}
