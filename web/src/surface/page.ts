import '../grammar/tools.ts';
import './surface.ts';
