"""How well geomap reads articles whose places somebody has marked: figures and mistakes."""
