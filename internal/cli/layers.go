package cli

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"

	"tapgate/internal/config"
)

// layers gives values to the flags that are not on the command line: those of the environment, and
// then those of the file that --config names. It notes every problem and goes on, so that all of
// them can be told at once.
type layers struct {
	problems config.Invalid
	loaded   bool
	file     map[string]config.Setting
	path     string
	// origin says of each flag that was looked at where its value comes from.
	origin map[string]string
}

var _ kong.Resolver = (*layers)(nil)

// Where a value comes from.
const (
	fromFlag    = "flag"
	fromDefault = "default"
)

// Validate implements kong.Resolver.
func (*layers) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (l *layers) Resolve(c *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !l.loaded {
		l.loaded = true
		l.load(c)
	}
	l.origin[flag.Name] = fromDefault
	for _, name := range flag.Envs {
		value, ok := os.LookupEnv(name)
		if !ok {
			continue
		}
		if err := try(flag, value); err != nil {
			l.note("%s: %v", name, err)
			return substitute(flag), nil
		}
		l.origin[flag.Name] = "environment " + name
		return nil, nil // kong has read it
	}
	s, ok := l.file[flag.Name]
	if !ok {
		return nil, nil
	}
	if err := try(flag, s.Value); err != nil {
		l.note("%s:%d: %s: %v", l.path, s.Line, s.Name, err)
		return nil, nil
	}
	l.origin[flag.Name] = fmt.Sprintf("%s:%d", l.path, s.Line)
	return s.Value, nil
}

// load reads the file and checks its names, which are those of the flags of serve.
func (l *layers) load(c *kong.Context) {
	l.path = configPath(c)
	if l.path == "" {
		return
	}
	settings, err := config.ReadFile(l.path)
	if problems, ok := err.(config.Invalid); ok {
		l.problems = append(l.problems, problems...)
	}
	known := flags(c.Model.Node, "serve")
	for _, s := range settings {
		if _, ok := known[s.Name]; !ok || s.Name == "config" || s.Name == "help" {
			l.note("%s:%d: there is no setting %q; 'tapgate config' shows all", l.path, s.Line, s.Name)
			continue
		}
		l.file[s.Name] = s
	}
}

func (l *layers) note(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// configPath is the value of --config; "" when the command has none.
func configPath(c *kong.Context) string {
	node := c.Selected()
	if node == nil {
		return ""
	}
	for _, flag := range node.Flags {
		if flag.Name == "config" {
			path, _ := c.FlagValue(flag).(string)
			return path
		}
	}
	return ""
}

// flags are those of a command, by name.
func flags(app *kong.Node, command string) map[string]*kong.Flag {
	all := map[string]*kong.Flag{}
	for _, node := range app.Children {
		if node.Name == command {
			for _, flag := range node.Flags {
				all[flag.Name] = flag
			}
		}
	}
	return all
}

// try reads a value as the flag would and forgets it.
func try(flag *kong.Flag, value string) error {
	target := reflect.New(flag.Target.Type()).Elem()
	if target.Kind() == reflect.Pointer {
		target.Set(reflect.New(target.Type().Elem()))
	}
	scan := kong.Scan().PushTyped(value, kong.FlagValueToken)
	return flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, target)
}

// substitute stands for a value that can't be read, so that the rest is checked all the same.
func substitute(flag *kong.Flag) any {
	switch {
	case flag.HasDefault:
		return flag.Default
	case flag.IsBool():
		return "false"
	}
	return ""
}

// origins says of each flag of the command line that was parsed where its value comes from.
func (l *layers) origins(c *kong.Context) map[string]string {
	all := maps.Clone(l.origin)
	for _, step := range c.Path {
		if step.Flag != nil && !step.Resolved {
			all[step.Flag.Name] = fromFlag
		}
	}
	return all
}

// sorted are the flags in the order in which the structs declare them.
func sorted(node *kong.Node) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(node.Flags), func(f *kong.Flag) bool {
		return f.Hidden || f.Name == "help" || f.Name == "config"
	})
}
