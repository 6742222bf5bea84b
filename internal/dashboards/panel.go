package dashboards

// number is a panel with one number.
func number(title string, value Value) Panel {
	return Panel{Title: title, Shape: Number, Values: []Value{value}, Width: 4}
}

// lines is a panel with lines over time.
func lines(title string, values ...Value) Panel {
	return Panel{Title: title, Shape: Lines, Values: values, Width: 8}
}

// top is a panel with the largest.
func top(title string, values ...Value) Panel {
	return Panel{Title: title, Shape: Table, Values: values, Width: 12}
}

// frequent is a panel with how often there are which records.
func frequent(title string, where ...Match) Panel {
	return Panel{Title: title, Shape: Table, Records: Records{Where: where}, Width: 12}
}

// stories is a panel with records.
func stories(title string, where ...Match) Panel {
	return Panel{Title: title, Shape: Stories, Records: Records{Where: where}, Width: 24}
}

// by tells the values of attributes apart.
func (p Panel) by(attributes ...string) Panel {
	p.By = attributes
	return p
}

// says explains the panel.
func (p Panel) says(text string) Panel {
	p.Text = text
	return p
}

// in gives the panel another unit than Counts.
func (p Panel) in(unit Unit) Panel {
	p.Unit = unit
	return p
}

// wide gives the panel another width than is usual for its shape.
func (p Panel) wide(width int) Panel {
	p.Width = width
	return p
}

// high gives the panel another height than is usual for its shape.
func (p Panel) high(height int) Panel {
	p.Height = height
	return p
}

// bad makes the number red from here on.
func (p Panel) bad(from float64) Panel {
	p.Bad = from
	return p
}

// drills leads from a row to the provider's board.
func (p Panel) drills() Panel {
	p.Drill = true
	return p
}

// found leaves only what has the text of a variable in its line.
func (p Panel) found(by string) Panel {
	p.Records.Find = by
	return p
}
