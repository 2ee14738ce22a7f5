//go:build race

package sandbox_test

// raceDetector says that the test binary watches for data races. whatsmeow has one
// of its own between a send that waits for the reconnect and the reconnect itself.
const raceDetector = true
