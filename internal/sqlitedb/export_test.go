package sqlitedb

// Waiting tells how many wait for a turn at the writer.
func (d *DB) Waiting() int { return int(d.writer.waiting.Load()) }

// Gathered tells how many members the open group has.
func (d *DB) Gathered() int {
	d.writer.turn.Lock()
	defer d.writer.turn.Unlock()
	if d.writer.group == nil {
		return 0
	}
	return d.writer.group.members
}
