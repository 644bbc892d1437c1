"""Pure decisions about orders: how approval stands, whose turn a task has, how answers are told."""
