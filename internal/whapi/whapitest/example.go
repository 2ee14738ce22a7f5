package whapitest

import (
	"errors"
	"fmt"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

// CheckExamples returns which examples are not as the schema beside them says, and which bodies in
// JSON have none.
func (c *Contract) CheckExamples() error {
	var all []error
	check := func(where string, content *orderedmap.Map[string, *v3.MediaType]) {
		for kind, m := range content.FromOldest() {
			if kind == "application/json" {
				all = append(all, c.checkExamples(where, m))
			}
		}
	}
	eachOperation(c.model, func(name string, op *v3.Operation) {
		if op.RequestBody != nil {
			check(name+" request", op.RequestBody.Content)
		}
		for status, answer := range op.Responses.Codes.FromOldest() {
			check(name+" "+status, answer.Content)
		}
	})
	return errors.Join(all...)
}

func (c *Contract) checkExamples(where string, m *v3.MediaType) error {
	if m.Examples.Len() == 0 {
		return fmt.Errorf("%s has no example", where)
	}
	var all []error
	for name, example := range m.Examples.FromOldest() {
		if err := c.checkExample(m.Schema.Schema(), example); err != nil {
			all = append(all, fmt.Errorf("%s, example %s: %w", where, name, err))
		}
	}
	return errors.Join(all...)
}

func (c *Contract) checkExample(schema *base.Schema, example *base.Example) error {
	var value any
	if err := example.Value.Decode(&value); err != nil {
		return err
	}
	return c.conforms(schema, value)
}

func eachOperation(model *v3.Document, do func(name string, op *v3.Operation)) {
	for _, items := range []*orderedmap.Map[string, *v3.PathItem]{model.Paths.PathItems, model.Webhooks} {
		for path, item := range items.FromOldest() {
			for method, op := range item.GetOperations().FromOldest() {
				do(method+" "+path, op)
			}
		}
	}
}
