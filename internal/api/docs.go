package api

import (
	"maps"
	"net/http"
	"slices"

	"tapgate/internal/api/docs"
)

// mountDocs serves the document and its page. They tell nothing of the instance, so no token is
// asked for, and they are no part of the route table.
func (s *Server) mountDocs() {
	files := docs.Files()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			s.methods[path] = append(s.methods[path], method)
			s.mux.Method(method, path, files[path])
		}
	}
}
