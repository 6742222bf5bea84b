package incident

import "github.com/cespare/xxhash/v2"

// text is one refusal of a provider, by its fingerprint.
type text struct {
	First int64 // when it was seen first
	Last  int64
	N     int
	Share *share `json:",omitempty"` // while it is new
}

const (
	maxTexts = 256 // of one provider
	// learning is how long a provider must have been known before a text of it can be new.
	learning = 24 * hour
	// novel is how long a text is new.
	novel = 24 * hour
)

// words looks at the text of a refusal, and gives the chart of a new one.
func (d *Detector) words(p *provider, reason *share, o *Observation) *share {
	if o.Fingerprint == "" {
		return nil
	}
	id := xxhash.Sum64String(o.Fingerprint)
	t := p.Texts[id]
	if t == nil {
		t = p.remember(id, o)
		if o.Time-p.Tries.First > learning {
			t.Share = &share{
				Key: clone(cut(o.Fingerprint, maxText)), Kind: Text, Usual: leastShare, Spread: firstSpread, Seen: p.Tries.N, group: p.Tries,
			}
			t.Share.tune(&d.design)
		}
	}
	t.N++
	t.Last = max(t.Last, o.Time)
	s := t.Share
	if s == nil || o.Time <= reason.Over {
		return nil
	}
	if s.Open == nil && o.Time-t.First > novel {
		t.Share = nil
		return nil
	}
	if s.Open == nil && s.fail(o, d.cfg.MinMessages) && d.wants(Text) && d.newWords(s, reason, o) {
		p.Tries.Shares = append(p.Tries.Shares, s)
		s.start(o)
		d.tell(s, Started, o.Time)
	}
	return s
}

// newWords says whether the text tells more than its reason does: there is no reason, or the reason is one that is given anyway.
func (d *Detector) newWords(s, reason *share, o *Observation) bool {
	if reason.Open != nil || !d.common(s, o) {
		return false
	}
	return reason.vague() || s.Run.Messages >= 2*d.cfg.MinMessages && reason.Sum < reason.limit/2
}

// vague says whether the reason tells nothing, so that the words do.
func (s *share) vague() bool { return s.Key == "unspecified" || s.Key == "policy" }

// remember notes a text. Where there is no room, those that came least go: nobody drives out the usual ones with words that he makes up.
func (p *provider) remember(id uint64, o *Observation) *text {
	if len(p.Texts) >= maxTexts {
		evict64(p.Texts, func(t *text) (int, int64) { return t.N, t.Last })
	}
	t := &text{First: o.Time}
	p.Texts[id] = t
	return t
}
