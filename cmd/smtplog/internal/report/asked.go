package report

// Reasons adds up the failing replies by why.
func Reasons(r *Report) []Share {
	sums := map[string]int64{}
	for i := range r.Metrics {
		if r.Metrics[i].Name != "smtp.delivery.attempts" {
			continue
		}
		for _, p := range r.Metrics[i].Points {
			if reason := p.Dimensions["smtp.failure.reason"]; reason != "" {
				sums[reason] += p.Count
			}
		}
	}
	return ranked(sums)
}

// Top is one part of a report, by the name that the command line has for it; nil for a name that is none.
func Top(r *Report, what string) any {
	switch what {
	case "replies":
		return r.Failures
	case "providers":
		return r.Providers
	case "senders":
		return r.Senders
	case "recipients":
		return r.Recipients
	case "clients":
		return r.Clients
	case "users":
		return r.Users
	case "reasons":
		return Reasons(r)
	case "rejects":
		return r.Rejects
	case "attackers":
		return r.Attackers
	case "warnings":
		return r.Warnings
	case "domains":
		return r.RecipientDomains
	}
	return nil
}
