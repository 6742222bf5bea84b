package report

import "math"

// spread holds values that are greater than zero by their logarithm, each within one percent.
type spread struct {
	buckets []uint32
	small   int64 // values below the least that is told apart
	count   int64
	sum     float64
	most    float64
}

const (
	leastValue = 1e-4 // seconds
	mostValue  = 1e8
	growth     = 1.02 // from one bucket to the next
)

var (
	perLog    = 1 / math.Log(growth)
	mostIndex = int(math.Log(mostValue/leastValue) * perLog)
)

func (s *spread) add(x float64, n int64) {
	if n <= 0 || math.IsNaN(x) || x < 0 {
		return
	}
	s.count += n
	s.sum += x * float64(n)
	s.most = max(s.most, x)
	if x < leastValue {
		s.small += n
		return
	}
	i := min(int(math.Log(x/leastValue)*perLog), mostIndex)
	if i >= len(s.buckets) {
		s.buckets = append(s.buckets, make([]uint32, i+1-len(s.buckets))...)
	}
	s.buckets[i] += uint32(n)
}

// at is the value that a share of all is not above.
func (s *spread) at(share float64) float64 {
	want := int64(math.Ceil(share * float64(s.count)))
	if want <= s.small {
		return 0
	}
	sum := s.small
	for i, n := range s.buckets {
		if sum += int64(n); sum >= want {
			return min(round(leastValue*math.Pow(growth, float64(i)+0.5)), s.most)
		}
	}
	return s.most
}

func (s *spread) quantiles() Quantiles {
	q := Quantiles{Count: s.count, P50: s.at(0.5), P90: s.at(0.9), P95: s.at(0.95), P99: s.at(0.99), Max: s.most}
	if s.count > 0 {
		q.Mean = round(s.sum / float64(s.count))
	}
	return q
}

// round leaves the digits that are worth something.
func round(x float64) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*scale) / scale
}
