// Package whapitest checks traffic against the OpenAPI document: requests that were accepted,
// every answer, and webhooks. What the document does not describe is a failure, down to a single
// field of an answer. It is for tests alone.
package whapitest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	liberrors "github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/pb33f/libopenapi-validator/strict"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"tapgate/internal/whapi"
)

// Contract is the document, ready to check against. It may be used by several goroutines.
type Contract struct {
	mu       sync.Mutex // around the library, which writes into its model when it checks
	model    *v3.Document
	requests validator.Validator
	schemas  schema_validation.SchemaValidator
	strict   *config.ValidationOptions
}

// New reads the document. The error names everything in it that is no valid OpenAPI 3.1.
func New() (*Contract, error) {
	doc, err := libopenapi.NewDocument(whapi.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	built, err := doc.BuildV3Model()
	if err != nil {
		return nil, fmt.Errorf("build the document: %w", err)
	}
	requests, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		return nil, fmt.Errorf("prepare the document: %w", errors.Join(errs...))
	}
	if ok, errs := requests.ValidateDocument(); !ok {
		return nil, fmt.Errorf("the document is no OpenAPI: %w", joined(errs))
	}
	return &Contract{
		model:    &built.Model,
		requests: requests,
		schemas:  schema_validation.NewSchemaValidator(),
		strict:   config.NewValidationOptions(config.WithStrictMode()),
	}, nil
}

// Operations returns what the document describes, as "POST /messages/text", sorted.
func (c *Contract) Operations() []string {
	var list []string
	for path, item := range c.model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			list = append(list, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(list)
	return list
}

// conforms checks a decoded JSON value against a schema, and that the schema names each of its fields.
func (c *Contract) conforms(s *base.Schema, value any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok, errs := c.schemas.ValidateSchemaObjectWithVersion(s, value, 3.1); !ok {
		return joined(errs)
	}
	var all []error
	for _, extra := range strict.ValidateBody(s, value, strict.DirectionResponse, c.strict, 3.1).UndeclaredValues {
		all = append(all, fmt.Errorf("%s is not described", extra.Path))
	}
	return errors.Join(all...)
}

// joined makes one error of what the library found, in short.
func joined(list []*liberrors.ValidationError) error {
	var all []error
	for _, e := range list {
		if len(e.SchemaValidationErrors) == 0 {
			all = append(all, fmt.Errorf("%s: %s", e.Message, e.Reason))
		}
		for _, f := range e.SchemaValidationErrors {
			all = append(all, fmt.Errorf("%s: %s (%s)", f.FieldPath, f.Reason, f.KeywordLocation))
		}
	}
	return errors.Join(all...)
}
