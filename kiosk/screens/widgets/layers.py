"""Parts over one another, and parts in a grid."""

from kivy.properties import NumericProperty

from kiosk.screens.widgets.layout import Padded, visible


class Layers(Padded):
    """Parts above one another, each over the whole."""

    def wants_height(self, width: float) -> float:
        """As high as the highest."""
        if self.high:
            return float(self.high)
        return max((part.wants_height(width) for part in visible(self.children)), default=0)

    def wants_width(self) -> float:
        """As wide as the widest."""
        return float(self.wide) or max((part.wants_width() for part in visible(self.children)), default=0)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place everything inside as well."""
        super().place(x, y, width, height)
        for part in visible(self.children):
            part.place(x, y, width, height)


class Grid(Padded):
    """Equal cells, `columns` beside one another, filling the height."""

    columns = NumericProperty(2)
    rows = NumericProperty(2)

    def wants_height(self, width: float) -> float:
        """Its rows, each as high as the highest cell."""
        if self.high:
            return float(self.high)
        cell = (width - self.gap * (self.columns - 1)) / self.columns
        tall = max((part.wants_height(cell) for part in visible(self.children)), default=0)
        return float(tall * self.rows + self.gap * (self.rows - 1))

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place the cells, row after row."""
        super().place(x, y, width, height)
        cell_w = (width - self.gap * (self.columns - 1)) / self.columns
        cell_h = (height - self.gap * (self.rows - 1)) / self.rows
        for i, part in enumerate(visible(self.children)):
            row, column = divmod(i, int(self.columns))
            top = y + height - row * (cell_h + self.gap)
            part.place(x + column * (cell_w + self.gap), top - cell_h, cell_w, cell_h)
