package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// Index names the segments that a state is in, oldest first. None that was written has a greater number than Last, but for those behind it that no index names yet.
type Index struct {
	Segments []Segment
	Last     int
}

// Segment is a part of a state: under which number it is kept, and by what it is known.
type Segment struct {
	Number, Bytes int
	Sum           uint32
}

// SumOf is what a segment is known by.
func SumOf(data []byte) uint32 { return crc32.ChecksumIEEE(data) }

// Check says whether data is the segment.
func (s *Segment) Check(data []byte) error {
	switch {
	case len(data) == 0:
		return errors.New("it is not there")
	case len(data) != s.Bytes || SumOf(data) != s.Sum:
		return errors.New("it is another one, or damaged")
	}
	return nil
}

// Marshal writes the index in place of a state.
func (x *Index) Marshal() ([]byte, error) {
	body, err := json.Marshal(x)
	return wrap(append(make([]byte, stateHead), body...), segmentVersion), err
}

// ReadIndex reads what stands in place of a state; nil where that is a state as a whole.
func ReadIndex(data []byte) (*Index, error) {
	if len(data) >= stateHead && bytes.Equal(data[:4], stateMagic[:]) && data[4] == stateVersion {
		return nil, nil
	}
	body, err := unwrap(data, segmentVersion)
	if err != nil {
		return nil, err
	}
	x := new(Index)
	if err := json.Unmarshal(body, x); err != nil {
		return nil, fmt.Errorf("the index of the state: %w", err)
	}
	return x, nil
}
